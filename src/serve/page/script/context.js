// The dialog with one module and its whole context. Its address is `#module/NAME`.

const dialog = byId("module");

/** Returns the name of the module in the address. */
function wantedModule() {
  const found = /^#module\/(.+)$/u.exec(location.hash);
  if (!found) return undefined;
  try {
    return decodeURIComponent(found[1]);
  } catch {
    return found[1];
  }
}

/** Opens the module in the address, or closes the dialog. */
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
  fill(byId("module-body"), reasons(name), deprecation(entry), entry ? context(entry) : el("p", {}, `Version ${known.snapshot.version} contains no module of this name.`));
}

/** Returns the reasons why the entry differs from its manifest. */
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

/** Returns the notice that the module is deprecated, with the reason and the replacement. */
function deprecation({ deprecated } = {}) {
  if (!deprecated) return undefined;
  const { since, reason, replacedBy } = deprecated;
  return el("p", { class: "notice" }, badge("deprecated", "Deprecated"), ` since ${since}: ${reason}`,
    replacedBy && [" Use ", moduleOrName(replacedBy), " instead."]);
}

/** The fields of an AI context with their own sections, in the order in which they are shown. */
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
  // A registry's own schema may have more fields, or other types for these.
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

/** Returns one element of a list: its name, a text beside the name, its description, and more below. */
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

/** Returns for how long a response may be cached, in the largest unit that is exact. */
function duration(milliseconds) {
  if (milliseconds === 0) return "not cached";
  const units = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1000]];
  const [unit, length] = units.find(([, length]) => milliseconds % length === 0) ?? ["millisecond", 1];
  return `cached for ${counted(milliseconds / length, unit)}`;
}

function parameters({ parameters }) {
  return parameters !== undefined && json(parameters);
}

function json(value) {
  return el("pre", { tabindex: "0" }, JSON.stringify(value, undefined, 2));
}

/** Returns a link to a module, or its name if it is not in this registry. */
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
