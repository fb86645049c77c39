// The commands of administrators: show the status, try a sync, sync, and allow removals that a guard refused.

const REFUSED_BY_GUARD = "urn:modreg:problem:refused-by-guard";

const buttons = ["status", "dry-run", "sync"].map(byId);

/** Runs a command while the buttons are disabled, and shows the result of `draw` for the response. */
async function run(words, send, draw) {
  const answer = byId("answer");
  if (!token()) {
    fill(answer, el("p", { class: "notice" }, "Enter a token first. Only administrators may do this."));
    byId("token").focus();
    return;
  }
  for (const button of buttons) button.disabled = true;
  fill(answer, el("p", { class: "hint" }, words));
  try {
    const body = await send();
    fill(answer, draw(body));
  } catch (error) {
    fill(answer, failed(error));
  } finally {
    for (const button of buttons) button.disabled = false;
  }
  answer.focus({ preventScroll: true });
}

function failed(error) {
  if (error instanceof ServerError && error.problem.type === REFUSED_BY_GUARD) return refusal(error.problem);
  return el("p", { class: "notice bad" }, explain(error));
}

/** Shows what a guard refused, with a way to allow exactly these removals in two steps. */
function refusal({ detail, removals, token }) {
  const names = items(removals);
  const notice = el("p", { class: "notice bad" }, `Refused by a guard: ${detail}.`);
  if (!token || names.length === 0) return notice;
  const sure = el("input", { type: "checkbox", id: "sure" });
  const allow = el("button", { type: "button", class: "danger", disabled: "" }, `Remove ${counted(names.length, "module")}`);
  sure.addEventListener("change", () => { allow.disabled = !sure.checked; });
  allow.addEventListener("click", () => sync({ allowRemovals: token }));
  return [notice, el("p", {}, "These would be removed:"), el("ul", { class: "words" }, names.map((name) => el("li", {}, name))),
    el("label", { for: "sure" }, sure, `I have read the list, and ${names.length === 1 ? "this module" : "these modules"} should be removed.`),
    el("div", { class: "buttons" }, allow),
    el("p", { class: "hint" }, "The removal token is valid only for this list: ", el("code", {}, token))];
}

function sync(body) {
  const words = body.dryRun ? "Running a dry run" : "Syncing";
  return run(words, async () => {
    const answer = await command("POST", "/sync", body);
    if (!body.dryRun) await refresh();
    return answer;
  }, (answer) => done(answer, body));
}

function done({ message, summary, details, commit }, { dryRun }) {
  const { errors, ...counts } = summary;
  const parts = Object.entries(counts).map(([kind, count]) => count > 0 && el("li", {}, `${count.toLocaleString("en")} ${kind}`));
  if (errors > 0) parts.push(el("li", {}, counted(errors, "error")));
  const lines = items(details).filter(({ action }) => action !== "no_change");
  const rank = ({ status }) => (status === "failed" ? 0 : 1);
  lines.sort((a, b) => rank(a) - rank(b));
  return [
    el("p", {}, dryRun ? "Dry run, nothing was written: " : "Done: ", message, "."),
    el("ul", { class: "counts" }, parts),
    commit && el("p", { class: "hint" }, "Commit ", el("code", {}, commit.slice(0, 12))),
    lines.length > 0 && el("ul", { class: "details", tabindex: "0", "aria-label": "Modules" }, lines.map(detail)),
  ];
}

function detail({ moduleId, action, status, error }) {
  const kind = status === "failed" ? "failed" : action;
  const name = known.entries.has(moduleId) ? moduleLink(moduleId) : moduleId;
  return el("li", {}, badge(kind, action.replace("_", " ")), " ", name, error && `: ${error}`);
}

function drawStatus({ status }) {
  const time = (value) => (value ? when(value) : "–");
  const facts = [
    ["Registrable modules", status.totalModules], ["Registered", status.registeredModules],
    ["Not registered", status.unregisteredModules], ["Skipped", status.skippedModules], ["Held", status.heldModules],
    ["Pinned", status.pinnedModules], ["Orphans", status.orphanedEntries], ["Last attempt", time(status.lastAttempt)],
    ["Last sync", time(status.lastSync)], ["Last change", time(status.lastChange)], ["Next run", time(status.nextRun)],
    ["Running now", status.running ? "yes" : "no"], ["Stale", status.stale ? "yes" : "no"], ["Last error", status.lastError ?? "–"],
  ];
  return el("dl", { class: "facts" }, facts.map(([term, fact]) => [el("dt", {}, term), el("dd", {}, fact)]));
}

byId("admin-form").addEventListener("submit", (event) => {
  event.preventDefault();
  run("Loading the status", async () => {
    const answer = await command("GET", "/sync/status");
    if (!known.snapshot) await refresh();
    return answer;
  }, drawStatus);
});
byId("dry-run").addEventListener("click", () => sync({ dryRun: true }));
byId("sync").addEventListener("click", () => sync({}));
byId("forget").addEventListener("click", () => {
  byId("token").value = "";
  fill(byId("answer"));
  byId("token").focus();
});
byId("token").addEventListener("change", () => {
  if (token() && known.failure instanceof ServerError && known.failure.isAboutToken) refresh();
});
window.addEventListener("pagehide", () => { byId("token").value = ""; });

refresh().then(followAddress);
