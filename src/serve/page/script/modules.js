// The list of modules, with search and filters. Only a part of a long list is shown at first.

/** The number of modules that are shown at first, and that are added each time. */
const CHUNK = 50;

const shown = { words: [], filter: "all", limit: CHUNK, index: [] };

function moduleLink(name) {
  return el("a", { href: `#module/${encodeURIComponent(name)}` }, name);
}

/** Returns a category such as `PRODUCTIVITY` as `Productivity`. */
function title(category) {
  return category.charAt(0).toUpperCase() + category.slice(1).toLowerCase();
}

/** Prepares the fields of each module that the list shows and searches. */
function drawModules() {
  const { held, pinned } = known.snapshot;
  shown.index = [...known.entries.values()].map((entry) => {
    const { name, displayName = "", aiContext = {} } = entry;
    const keywords = items(aiContext.keywords).map((keyword) => String(keyword).toLowerCase());
    const names = `${name}\n${displayName}`.toLowerCase();
    const text = [names, ...keywords, String(aiContext.purpose ?? "").toLowerCase()].join("\n");
    return { entry, names, keywords, text, category: String(aiContext.category ?? ""),
      held: Object.hasOwn(held, name), pinned: Object.hasOwn(pinned, name) };
  });
  drawFilters();
  drawList();
}

function drawFilters() {
  const categories = new Map();
  for (const { category } of shown.index) categories.set(category, (categories.get(category) ?? 0) + 1);
  const sorted = [...categories].filter(([category]) => category).sort(([a], [b]) => (a < b ? -1 : 1));
  const filters = [["all", "All", shown.index.length]];
  for (const [category, count] of sorted) filters.push([`category ${category}`, title(category), count]);
  for (const state of ["held", "pinned"]) {
    const count = shown.index.filter((module) => module[state]).length;
    if (count > 0) filters.push([state, title(state), count]);
  }
  if (!filters.some(([key]) => key === shown.filter)) shown.filter = "all";
  const focused = document.activeElement?.dataset.filter;
  fill(byId("filters"), filters.map(([key, label, count]) =>
    el("button", { type: "button", "data-filter": key, "aria-pressed": String(key === shown.filter) }, label,
      el("span", { class: "n" }, count.toLocaleString("en")))));
  if (focused !== undefined) byId("filters").querySelector(`[data-filter="${CSS.escape(focused)}"]`)?.focus();
}

function passes(module) {
  const { filter, words } = shown;
  const isOfFilter = filter === "all" || (filter === "held" && module.held) || (filter === "pinned" && module.pinned)
    || filter === `category ${module.category}`;
  return isOfFilter && words.every((word) => module.text.includes(word));
}

/** Returns the rank of a search result: names come before keywords, and both before purposes. */
function rank({ names, keywords }) {
  const [first] = shown.words;
  if (first === undefined) return 0;
  if (names.startsWith(first)) return 0;
  if (names.includes(first)) return 1;
  return keywords.includes(first) ? 2 : 3;
}

function drawList() {
  const ranked = shown.index.filter(passes).map((module) => [rank(module), module]);
  ranked.sort(([a], [b]) => a - b);
  const visible = ranked.slice(0, shown.limit);
  const focused = document.activeElement?.closest("#list a")?.getAttribute("href");
  fill(byId("list"), visible.map(([, module]) => row(module)));
  if (focused) byId("list").querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  byId("more").hidden = ranked.length <= visible.length;
  fill(byId("count"), count(ranked.length, visible.length));
}

function count(found, drawn) {
  const total = shown.index.length;
  const first = drawn < found ? `; the first ${drawn.toLocaleString("en")} are shown` : "";
  if (total === 0) return "The registry has no modules.";
  if (found === total) return `${counted(total, "module")}${first}`;
  if (found === 0) return "No module contains all of these words. Try fewer words or another filter.";
  return `${found.toLocaleString("en")} of ${counted(total, "module")}${first}`;
}

function row({ entry, category, held, pinned }) {
  const { name, displayName, version, deprecated, aiContext = {} } = entry;
  const head = el("div", { class: "head" },
    el("span", { class: "name" }, displayName ?? name),
    el("span", { class: "meta" }, displayName && displayName !== name ? `${name} · ` : "", `${version} · ${title(category)}`),
    held && badge("held", "Held"), pinned && badge("pinned", "Pinned"),
    deprecated && badge("deprecated", "Deprecated"));
  const link = el("a", { href: `#module/${encodeURIComponent(name)}` }, head,
    el("p", { class: "purpose" }, aiContext.purpose ?? ""));
  return el("li", {}, link);
}

byId("search").addEventListener("input", (event) => {
  shown.words = event.target.value.toLowerCase().split(/\s+/u).filter(Boolean);
  shown.limit = CHUNK;
  drawList();
});

byId("search-form").addEventListener("submit", (event) => event.preventDefault());

byId("filters").addEventListener("click", (event) => {
  const chosen = event.target.closest("button");
  if (!chosen) return;
  shown.filter = chosen.dataset.filter;
  shown.limit = CHUNK;
  for (const button of byId("filters").children) button.setAttribute("aria-pressed", String(button === chosen));
  drawList();
});

byId("more").addEventListener("click", () => {
  const next = byId("list").children.length;
  shown.limit += CHUNK;
  drawList();
  byId("list").children[next]?.querySelector("a").focus();
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey;
  if (event.key !== "/" || isTyping || byId("module").open) return;
  event.preventDefault();
  byId("search").focus();
  byId("search").select();
});
