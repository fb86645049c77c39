// The history: the versions, newest first, with the changes of each.

/** The number of versions that are read at once. */
const PAGE = 20;

let versions = [];

/** Reads the newest versions again. Older versions are removed from the page and can be loaded again. */
async function loadHistory() {
  await readHistory([], `limit=${PAGE}`);
}

async function readHistory(before, query) {
  try {
    const { body } = await read(`${API}/history?${query}`);
    versions = [...before, ...body.history];
    byId("older").hidden = body.history.length < PAGE;
    byId("history-note").hidden = versions.length > 0;
    fill(byId("history-note"), "No version has been published yet.");
  } catch (error) {
    byId("history-note").hidden = false;
    fill(byId("history-note"), explain(error));
  }
  drawHistory();
}

function drawHistory() {
  const [newest] = versions;
  if (newest) fill(byId("age"), when(newest.time));
  const open = new Set([...byId("versions").querySelectorAll(":scope > li > details[open]")].map((one) => one.dataset.version));
  const drawn = new Map([...byId("versions").children].map((item) => [item.dataset.commit, item]));
  fill(byId("versions"), versions.map((record) => drawn.get(record.commit) ?? versionItem(record)));
  for (const version of open) byId("versions").querySelector(`[data-version="${CSS.escape(version)}"]`)?.setAttribute("open", "");
}

function versionItem(record) {
  const { version, commit, time, author, trigger, added, updated, removed } = record;
  const counts = [["added", added], ["updated", updated], ["removed", removed]].filter(([, count]) => count > 0);
  const summary = el("summary", {}, el("span", { class: "number" }, `v${version}`), " ",
    counts.map(([kind, count]) => [badge(kind, `${count.toLocaleString("en")} ${kind}`), " "]),
    counts.length === 0 && badge("none", "no entry changed"),
    el("span", { class: "who" }, when(time), ` · ${trigger ?? "by hand"} · ${author}`));
  const what = el("div", { class: "what" });
  const details = el("details", { "data-version": version }, summary, what);
  loadOnce(details, what, () => changesOf(record));
  return el("li", { "data-commit": commit }, details);
}

/** Fills `place` when `details` is opened for the first time, and again after a failure. */
function loadOnce(details, place, load) {
  let isLoaded = false;
  details.addEventListener("toggle", async () => {
    if (!details.open || isLoaded) return;
    isLoaded = true;
    fill(place, el("p", { class: "hint", role: "status" }, "Loading"));
    try {
      fill(place, await load());
    } catch (error) {
      isLoaded = false;
      fill(place, el("p", { class: "notice bad", role: "alert" }, explain(error)));
    }
  });
}

async function changesOf(record) {
  const { version, commit, time, pinned = {}, unpinned = [], held = {}, released = [] } = record;
  const { body } = await read(`${API}/changes?since=${version - 1}&until=${version}`);
  const pins = Object.entries(pinned).map(([name, why]) =>
    el("li", {}, badge("pinned", "pinned"), " ", moduleLink(name), ` to v${why.version}: ${why.reason}`));
  const lifted = items(unpinned).map((name) => el("li", {}, badge("pinned", "unpinned"), " ", moduleLink(name)));
  const holds = Object.entries(held).map(([name, why]) =>
    el("li", {}, badge("held", "held"), " ", moduleLink(name), `: ${why.message}`));
  const freed = items(released).map((name) => el("li", {}, badge("held", "no longer held"), " ", moduleLink(name)));
  const nothing = body.changes.length + pins.length + lifted.length + holds.length + freed.length === 0;
  return [
    el("p", { class: "hint" }, new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }),
      ", commit ", el("code", {}, commit.slice(0, 12))),
    nothing && el("p", {}, "No entry changed."),
    el("ul", {}, pins, lifted, holds, freed, body.changes.map((change) => changeItem(change, version))),
  ];
}

function changeItem({ name, change, fromVersion, toVersion, renamedFrom, renamedTo, fields }, version) {
  const other = renamedFrom ? ` (was ${renamedFrom})` : renamedTo ? ` (now ${renamedTo})` : "";
  const versions = change === "updated" && fromVersion !== toVersion ? ` ${fromVersion} → ${toVersion}` : ` ${toVersion ?? fromVersion ?? ""}`;
  const line = [badge(change, change), " ", change === "removed" ? name : moduleLink(name), other, el("span", { class: "hint" }, versions)];
  if (change !== "updated") return el("li", {}, line);
  const what = el("div", {});
  const details = el("details", {}, el("summary", {}, line, el("span", { class: "hint" }, ` · ${counted(fields.length, "field")}`)), what);
  loadOnce(details, what, () => fieldsOf(name, version));
  return el("li", {}, details);
}

/** Returns the fields of a module that a version changed, with their texts before and after. */
async function fieldsOf(name, version) {
  const path = `${API}/modules/${encodeURIComponent(name)}`;
  const [before, after] = await Promise.all([read(`${path}?version=${version - 1}`), read(`${path}?version=${version}`)]);
  const fields = Map.groupBy(compare(before.body, after.body), ({ path }) => path);
  return [...fields].map(([path, differences]) => el("div", { class: "field" }, el("span", { class: "path code" }, path),
    differences.map(({ before, after }) => [
      before !== undefined && el("del", {}, asText(before)), after !== undefined && el("ins", {}, asText(after))])));
}

function asText(value) {
  return typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
}

byId("older").addEventListener("click", async () => {
  const last = versions.at(-1);
  if (last) await readHistory(versions, `limit=${PAGE}&before=${last.version}`);
});
