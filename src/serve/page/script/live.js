// The state of the page, and how it is kept up to date.

/** The interval between two updates, in milliseconds. */
const INTERVAL = 30_000;

/** The last snapshot that was read, and the result of the last update. */
const known = {
  snapshot: undefined,
  tag: undefined,
  entries: new Map(),
  /** The time when the server last confirmed the snapshot. */
  confirmed: undefined,
  /** The reason why the server is degraded. */
  trouble: undefined,
  /** The error of the last update. */
  failure: undefined,
};

let updates = Promise.resolve();
let timer;

/** Updates the page again, after any update that is running. */
function refresh() {
  updates = updates.then(update);
  return updates;
}

async function update() {
  clearTimeout(timer);
  try {
    await Promise.all([updateHealth(), updateSnapshot()]);
    known.failure = undefined;
  } catch (error) {
    known.failure = error;
  }
  drawHealth();
  age();
  if (!document.hidden) timer = setTimeout(refresh, INTERVAL);
}

async function updateHealth() {
  try {
    const { body } = await send("/readyz", { signal: AbortSignal.timeout(READ_TIMEOUT) });
    known.trouble = body.trouble ?? undefined;
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    known.trouble = error.message;
  }
}

async function updateSnapshot() {
  const response = await read(`${API}/snapshot`, known.tag);
  known.confirmed = new Date();
  if (!response) return;
  const before = known.snapshot?.version;
  known.snapshot = response.body;
  known.tag = response.tag;
  known.entries = new Map(items(response.body.modules).map((entry) => [entry.name, entry]));
  drawSummary();
  drawAttention();
  drawModules();
  drawOpenModule();
  if (before !== response.body.version) await loadHistory();
}

function drawHealth() {
  const { failure, trouble, snapshot, confirmed } = known;
  const needsToken = failure instanceof ServerError && failure.isAboutToken;
  const [state, word] = failure
    ? ["bad", needsToken ? "Token needed" : snapshot ? "Stale" : "Unavailable"]
    : trouble ? ["warn", "Degraded"] : ["good", "Up to date"];
  const health = byId("health");
  health.dataset.state = state;
  fill(health, word);
  const notices = [];
  if (failure) {
    const asOf = snapshot && [" The page shows the state of ", when(confirmed.toISOString()), " and keeps trying to update it."];
    const how = needsToken && !token() && " Reading this registry requires a token. Enter one under Administration.";
    notices.push(el("p", { class: "notice bad" }, explain(failure), how, asOf));
  }
  if (trouble) notices.push(el("p", { class: "notice" }, `The server is degraded: ${trouble}.`));
  // Screen readers read an alert again when it is replaced, so an unchanged one stays.
  const text = notices.map((notice) => notice.textContent).join("\n");
  if (byId("notices").dataset.text !== text) fill(byId("notices"), notices);
  byId("notices").dataset.text = text;
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

/** Shows the held and the pinned modules with the reasons. */
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
