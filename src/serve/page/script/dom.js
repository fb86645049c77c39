// Builds the page's elements. Every text passes through `visible`, so it is never parsed as markup, and hidden characters are shown.

/** The characters that are invisible or change how others are shown. A test compares the list with the one of the reports. */
const HIDING = [
  "\\u{0}-\\u{1f}", "\\u{7f}-\\u{9f}", "\\u{ad}", "\\u{34f}", "\\u{61c}", "\\u{115f}-\\u{1160}", "\\u{17b4}-\\u{17b5}",
  "\\u{180b}-\\u{180f}", "\\u{200b}-\\u{200f}", "\\u{2028}-\\u{202e}", "\\u{2060}-\\u{206f}", "\\u{2800}", "\\u{3164}",
  "\\u{d800}-\\u{dfff}", "\\u{e000}-\\u{f8ff}", "\\u{fdd0}-\\u{fdef}", "\\u{fe00}-\\u{fe0d}", "\\u{feff}", "\\u{ffa0}",
  "\\u{fff0}-\\u{fffb}", "\\u{fffe}-\\u{ffff}", "\\u{1bca0}-\\u{1bca3}", "\\u{1d173}-\\u{1d17a}", "\\u{1fffe}-\\u{1ffff}",
  "\\u{2fffe}-\\u{2ffff}", "\\u{3fffe}-\\u{3ffff}", "\\u{4fffe}-\\u{4ffff}", "\\u{5fffe}-\\u{5ffff}",
  "\\u{6fffe}-\\u{6ffff}", "\\u{7fffe}-\\u{7ffff}", "\\u{8fffe}-\\u{8ffff}", "\\u{9fffe}-\\u{9ffff}",
  "\\u{afffe}-\\u{affff}", "\\u{bfffe}-\\u{bffff}", "\\u{cfffe}-\\u{cffff}", "\\u{dfffe}-\\u{dffff}", "\\u{e0000}-\\u{10ffff}",
].join("");

/** Matches a hidden character, or a variation selector that has nothing to vary. */
const HIDDEN = new RegExp(`[${HIDING}]|(?<=^|[ ${HIDING}])[\\u{fe0e}\\u{fe0f}]`, "gu");

function byId(id) {
  return document.getElementById(id);
}

/** Returns `value` as text nodes, with an escape for each hidden character. */
function visible(value) {
  const text = String(value);
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(HIDDEN)) {
    if (found[0] === "\n" || found[0] === "\t") continue;
    nodes.push(document.createTextNode(text.slice(end, found.index)));
    const escape = document.createElement("span");
    escape.className = "hiding";
    escape.textContent = `\\u{${found[0].codePointAt(0).toString(16)}}`;
    nodes.push(escape);
    end = found.index + found[0].length;
  }
  nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}

/** Returns an element with attributes and children (see `fill`). Undefined attributes are ignored. */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined) element.setAttribute(key, value);
  }
  fill(element, ...children);
  return element;
}

/** Replaces the children of an element. They can be nested in lists, values become text, and missing children are ignored. */
function fill(element, ...children) {
  const present = children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false);
  element.replaceChildren(...present.flatMap((child) => (child instanceof Node ? child : visible(child))));
}

function badge(kind, text) {
  return el("span", { class: `badge ${kind}` }, text);
}

/** Returns a number with a word in its singular or plural. */
function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** Returns the distance of a time from now, such as `3 hours ago`. */
function distance(time) {
  const seconds = (new Date(time) - Date.now()) / 1000;
  for (const [unit, length] of UNITS) {
    const amount = Math.trunc(seconds / length);
    if (amount !== 0) return RELATIVE.format(amount, unit);
  }
  return seconds > 0 ? "in less than a minute" : "just now";
}

function when(time) {
  const exact = new Date(time).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "long" });
  return el("time", { datetime: time, title: exact }, distance(time));
}

/** Updates all times on the page. */
function age() {
  for (const element of document.querySelectorAll("time")) fill(element, distance(element.dateTime));
}

/** Returns the list, or an empty one if the value is not a list: a registry's own schema may allow other types. */
function items(value) {
  return Array.isArray(value) ? value : [];
}
