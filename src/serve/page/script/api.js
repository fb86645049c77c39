// Asks the server. What it refuses is an error that says in words what to do about it.

const API = "/api/modules/ai";
const ADMIN = "/api/admin/modules/ai";

/** How long reading may take, in milliseconds. A sync may take as long as it takes. */
const PATIENCE = 30_000;

/** The server answered, and the answer is no. */
class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? problem.title ?? `the server answered ${status}`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get isAboutToken() {
    return this.status === 401 || this.status === 403;
  }

  /** What the operator should know. */
  explain() {
    const later = this.retryAfter ? ` Try again in ${counted(Number(this.retryAfter), "second")}.` : "";
    switch (this.status) {
      case 401: return `The token was not accepted (401): ${this.message}. Paste one that is valid now.`;
      case 403: return `This is not allowed (403): ${this.message}.`;
      case 409: return `Not now (409): ${this.message}.${later}`;
      case 429: return `Too many attempts failed (429): ${this.message}.${later}`;
      default: return `The server says no (${this.status}): ${this.message}.${later}`;
    }
  }
}

/** What went wrong, for the operator. */
function explain(error) {
  if (error instanceof Refused) return error.explain();
  if (error.name === "TimeoutError") return "The server did not answer in time.";
  return `The server cannot be reached, or its answer makes no sense: ${error.message}.`;
}

/** The token as it stands in its field. It is kept nowhere else. */
function token() {
  return byId("token").value.trim();
}

async function send(path, { method = "GET", tag, body, withToken, signal } = {}) {
  const headers = new Headers({ accept: "application/json" });
  if (tag) headers.set("if-none-match", tag);
  if (body) headers.set("content-type", "application/json");
  if (withToken && token()) {
    try {
      headers.set("authorization", `Bearer ${token()}`);
    } catch {
      throw new Refused(401, { detail: "the text in the field cannot be a token" });
    }
  }
  const content = body && JSON.stringify(body);
  const response = await fetch(path, { method, headers, body: content, signal, cache: "no-store", redirect: "error" });
  if (response.status === 304) return undefined;
  if (response.ok) return { body: await response.json(), tag: response.headers.get("etag") };
  const problem = await response.json().catch(() => ({}));
  throw new Refused(response.status, problem, response.headers.get("retry-after"));
}

/** Whether this registry lets nobody read without a token. */
let readsTakeToken = false;

/** Reads what has not the tag; `undefined` where nothing has changed. */
async function read(path, tag) {
  const ask = () => send(path, { tag, withToken: readsTakeToken, signal: AbortSignal.timeout(PATIENCE) });
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Refused && error.isAboutToken) || readsTakeToken || !token()) throw error;
    readsTakeToken = true;
    return ask();
  }
}

/** Asks for what only administrators may do. */
async function command(method, path, body) {
  const answer = await send(`${ADMIN}${path}`, { method, body, withToken: true });
  return answer.body;
}
