// What the page knows of the registry, and how it stays up to date.

/** How often to look, in milliseconds. */
const INTERVAL = 30_000;

/** The last snapshot that could be read, and what there is to say about the last look. */
const known = {
  snapshot: undefined,
  tag: undefined,
  entries: new Map(),
  /** When the server last confirmed the snapshot. */
  confirmed: undefined,
  /** Why the server itself does not trust what it serves. */
  trouble: undefined,
  /** Why the last look failed. */
  failure: undefined,
};

let looks = Promise.resolve();
let timer;

/** Looks once more, after any look that is under way. */
function refresh() {
  looks = looks.then(look);
  return looks;
}

async function look() {
  clearTimeout(timer);
  try {
    await Promise.all([lookAtHealth(), lookAtSnapshot()]);
    known.failure = undefined;
  } catch (error) {
    known.failure = error;
  }
  drawHealth();
  age();
  if (!document.hidden) timer = setTimeout(refresh, INTERVAL);
}

async function lookAtHealth() {
  try {
    const { body } = await send("/readyz", { signal: AbortSignal.timeout(PATIENCE) });
    known.trouble = body.trouble ?? undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    known.trouble = error.message;
  }
}

async function lookAtSnapshot() {
  const answer = await read(`${API}/snapshot`, known.tag);
  known.confirmed = new Date();
  if (!answer) return;
  const before = known.snapshot?.version;
  known.snapshot = answer.body;
  known.tag = answer.tag;
  known.entries = new Map(items(answer.body.modules).map((entry) => [entry.name, entry]));
  drawSummary();
  drawAttention();
  drawModules();
  drawOpenModule();
  if (before !== answer.body.version) await loadHistory();
}

function drawHealth() {
  const { failure, trouble, snapshot, confirmed } = known;
  const needsToken = failure instanceof Refused && failure.isAboutToken;
  const [state, word] = failure
    ? ["bad", needsToken ? "Token needed" : snapshot ? "Stale" : "Unavailable"]
    : trouble ? ["warn", "Degraded"] : ["good", "Up to date"];
  const health = byId("health");
  health.dataset.state = state;
  fill(health, word);
  const notices = [];
  if (failure) {
    const asOf = snapshot && [" What you see is as of ", when(confirmed.toISOString()), "; this page keeps trying."];
    const how = needsToken && !token() && " Reading this registry takes a token: paste one under Administration.";
    notices.push(el("p", { class: "notice bad" }, explain(failure), how, asOf));
  }
  if (trouble) notices.push(el("p", { class: "notice" }, `The server is degraded: ${trouble}.`));
  // An alert that says the same again would be read out again.
  const said = notices.map((notice) => notice.textContent).join("\n");
  if (byId("notices").dataset.said !== said) fill(byId("notices"), notices);
  byId("notices").dataset.said = said;
}

function drawSummary() {
  const { version, modules, held, pinned } = known.snapshot;
  const counts = { total: modules.length, "held-count": Object.keys(held).length, "pinned-count": Object.keys(pinned).length };
  fill(byId("version"), `v${version}`);
  for (const [id, count] of Object.entries(counts)) fill(byId(id), count.toLocaleString("en"));
  byId("held-count").classList.toggle("warn", counts["held-count"] > 0);
  byId("pinned-count").classList.toggle("pin", counts["pinned-count"] > 0);
  document.title = `Module registry v${version}`;
}

/** The modules that an operator should look at, with the reasons. */
function drawAttention() {
  const { held, pinned } = known.snapshot;
  const lines = {
    held: Object.entries(held).map(([name, why]) => [name, `since v${why.since}`, heldReason(why)]),
    pinned: Object.entries(pinned).map(([name, why]) => [name, `to v${why.version}`, why.reason]),
  };
  for (const [id, reasons] of Object.entries(lines)) {
    byId(id).hidden = reasons.length === 0;
    const drawn = reasons.map(([name, since, reason]) =>
      el("li", {}, moduleLink(name), " ", el("span", { class: "hint" }, since), el("p", {}, reason)));
    fill(byId(`${id}-list`), drawn);
  }
  byId("attention").hidden = lines.held.length + lines.pinned.length === 0;
}

function heldReason({ message, code }) {
  return [message, " ", el("code", { class: "hint" }, code)];
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) refresh();
});
