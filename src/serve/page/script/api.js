// Sends requests to the server. A response with an error becomes an exception that explains what to do.

const API = "/api/modules/ai";
const ADMIN = "/api/admin/modules/ai";

/** The time limit for reading, in milliseconds. A sync has no time limit. */
const READ_TIMEOUT = 30_000;

/** An error that the server reported. */
class ServerError extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? problem.title ?? `the server answered with status ${status}`);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get isAboutToken() {
    return this.status === 401 || this.status === 403;
  }

  /** Returns an explanation for the operator. */
  explain() {
    const later = this.retryAfter ? ` Try again in ${counted(Number(this.retryAfter), "second")}.` : "";
    switch (this.status) {
      case 401: return `The token was not accepted (401): ${this.message}. Enter a valid token.`;
      case 403: return `This is not allowed (403): ${this.message}.`;
      case 409: return `The registry was not changed (409): ${this.message}.${later}`;
      case 429: return `Too many failed attempts (429): ${this.message}.${later}`;
      default: return `The request failed (${this.status}): ${this.message}.${later}`;
    }
  }
}

/** Explains any error to the operator. */
function explain(error) {
  if (error instanceof ServerError) return error.explain();
  if (error.name === "TimeoutError") return "The server did not answer in time.";
  return `The server cannot be reached, or its response is invalid: ${error.message}.`;
}

/** Returns the token in the input field. It is not stored anywhere else. */
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
      throw new ServerError(401, { detail: "the text in the field is not a token" });
    }
  }
  const content = body && JSON.stringify(body);
  const response = await fetch(path, { method, headers, body: content, signal, cache: "no-store", redirect: "error" });
  if (response.status === 304) return undefined;
  if (response.ok) return { body: await response.json(), tag: response.headers.get("etag") };
  const problem = await response.json().catch(() => ({}));
  throw new ServerError(response.status, problem, response.headers.get("retry-after"));
}

/** Whether reading this registry requires a token. */
let readingNeedsToken = false;

/** Reads a document, or returns `undefined` if it still has this tag. */
async function read(path, tag) {
  const request = () => send(path, { tag, withToken: readingNeedsToken, signal: AbortSignal.timeout(READ_TIMEOUT) });
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof ServerError && error.isAboutToken) || readingNeedsToken || !token()) throw error;
    readingNeedsToken = true;
    return request();
  }
}

/** Sends a request of an administrator. */
async function command(method, path, body) {
  const response = await send(`${ADMIN}${path}`, { method, body, withToken: true });
  return response.body;
}
