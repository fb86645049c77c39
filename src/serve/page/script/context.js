// One module with its whole context, over the page; `#module/drive` leads to it.

const dialog = byId("module");

/** The module that the address asks for. */
function wantedModule() {
  const found = /^#module\/(.+)$/u.exec(location.hash);
  if (!found) return undefined;
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1];
  }
}

/** Shows what the address asks for. */
function followAddress() {
  if (wantedModule() === undefined) {
    dialog.close();
    return;
  }
  drawOpenModule();
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  byId("module-title").focus();
}

function drawOpenModule() {
  const name = wantedModule();
  if (name === undefined || !known.snapshot) return;
  const entry = known.entries.get(name);
  fill(byId("module-title"), entry?.displayName ?? name);
  fill(byId("module-body"), reasons(name), deprecation(entry), entry ? context(entry) : el("p", {}, `Version ${known.snapshot.version} has no module of this name.`));
}

/** Why the entry is not what its manifest says. */
function reasons(name) {
  const { held, pinned } = known.snapshot;
  const notices = [];
  if (Object.hasOwn(held, name)) {
    const { since } = held[name];
    notices.push(el("p", { class: "notice" }, badge("held", "Held"), ` since v${since}: `, heldReason(held[name])));
  }
  if (Object.hasOwn(pinned, name)) {
    const { version, reason } = pinned[name];
    notices.push(el("p", { class: "notice" }, badge("pinned", "Pinned"), ` to v${version}: ${reason}`));
  }
  return notices;
}

/** Since when and why the module is deprecated, and what replaces it. */
function deprecation({ deprecated } = {}) {
  if (!deprecated) return undefined;
  const { since, reason, replacedBy } = deprecated;
  return el("p", { class: "notice" }, badge("deprecated", "Deprecated"), ` since ${since}: ${reason}`,
    replacedBy && [" Use ", moduleOrName(replacedBy), " instead."]);
}

/** The fields of an AI context that have a section of their own, in the order in which they are shown. */
const SECTIONS = {
  keywords: ["Keywords", words],
  patterns: ["Patterns", (value) => words(value, "code")],
  concepts: ["Concepts", words],
  examples: ["Examples", words],
  entities: ["Entities", things((entity) => thing(entity.name, plural(entity), entity))],
  actions: ["Actions", things((action) => thing(action.name, undefined, action, permissions(action)))],
  contextProviders: ["Context providers", things((one) => thing(one.name, endpoint(one), one, parameters(one)))],
  queryableData: ["Queryable data", things((one) => thing(one.dataType, endpoint(one), one, parameters(one)))],
  relationships: ["Relationships", things((one) => relationship(one))],
};

function context({ name, displayName, version, status, source, deprecated: _, aiContext = {}, ...more }) {
  const { purpose, category, ...fields } = aiContext;
  const raw = el("a", { href: `${API}/modules/${encodeURIComponent(name)}` }, "JSON");
  const facts = [["Name", el("code", {}, name)], ["Version", version], ["Status", status], ["Category", title(category ?? "")],
    ["Source", el("code", {}, source)], ["Entry", raw]];
  const sections = Object.entries(SECTIONS).map(([key, [heading, draw]]) => {
    const value = items(fields[key]);
    return value.length > 0 && [el("h3", {}, heading), draw(value)];
  });
  // A registry's own schema may know more fields, or other forms of these.
  const others = Object.entries({ ...more, ...fields })
    .filter(([key, value]) => !(Object.hasOwn(SECTIONS, key) && Array.isArray(value)))
    .map(([key, value]) => [el("h3", {}, key), el("div", { class: "things" }, json(value))]);
  return [el("p", {}, purpose), el("dl", { class: "facts" }, facts.map(([term, fact]) => [el("dt", {}, term), el("dd", {}, fact ?? "–")])),
    sections, others];
}

function words(values, kind = "") {
  return el("ul", { class: `words ${kind}` }, values.map((value) => el("li", {}, value)));
}

function things(draw) {
  return (values) => el("ul", { class: "things" }, values.map((value) => el("li", {}, draw(value ?? {}))));
}

/** One thing of a list: its name, what stands beside that, and below them what there is to say. */
function thing(name, beside, { description }, below) {
  return [el("span", { class: "label" }, name), beside && [" ", beside], description && el("p", {}, description), below];
}

function plural({ pluralName }) {
  return pluralName && el("span", { class: "hint" }, pluralName);
}

function permissions({ permissions }) {
  return items(permissions).length > 0 && el("p", { class: "hint" }, "Needs ", items(permissions).map((one, at) =>
    [at > 0 ? ", " : "", el("code", {}, one)]));
}

function endpoint({ endpoint, cacheDuration }) {
  const kept = cacheDuration !== undefined && el("span", { class: "hint" }, ` ${duration(cacheDuration)}`);
  return [el("code", {}, endpoint), kept];
}

/** How long an answer may be kept, in the largest unit that says it exactly. */
function duration(milliseconds) {
  if (milliseconds === 0) return "not to be kept";
  const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1000]];
  const [unit, length] = units.find(([, length]) => milliseconds % length === 0) ?? ["millisecond", 1];
  return `good for ${counted(milliseconds / length, unit)}`;
}

function parameters({ parameters }) {
  return parameters !== undefined && json(parameters);
}

function json(value) {
  return el("pre", { tabindex: "0" }, JSON.stringify(value, undefined, 2));
}

/** A link to a module, or its name where it is not in this registry. */
function moduleOrName(module) {
  return known.entries.has(module) ? moduleLink(module) : [el("span", {}, module), el("span", { class: "hint" }, " (not in this registry)")];
}

function relationship({ module, type, description }) {
  return [el("span", { class: "label" }, type), " ", moduleOrName(module), description && el("p", {}, description)];
}

dialog.addEventListener("close", () => {
  if (wantedModule() !== undefined) history.replaceState(null, "", location.pathname + location.search);
});
byId("close").addEventListener("click", () => dialog.close());
window.addEventListener("hashchange", followAddress);
