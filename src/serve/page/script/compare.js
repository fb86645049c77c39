// Compares two entries: which fields were added, removed or changed.

/** Returns the differences as `{ path, before, after }`. `before` or `after` is missing if the field did not exist. */
function compare(before, after, path = "") {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path);
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => compare(before[key], after[key], path ? `${path}.${key}` : key));
  }
  return [{ path, before, after }];
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Compares two lists. Elements with a name are matched by the name, and all others by their content. */
function compareLists(before, after, path) {
  const old = grouped(before);
  const now = grouped(after);
  const differences = [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key) ?? [], now.get(key) ?? []];
    return Array.from({ length: Math.max(was.length, is.length) }, (_, at) =>
      compare(was[at], is[at], isObject(was[at] ?? is[at]) && key[0] === "n" ? `${path}[${key.slice(1)}]` : path)).flat();
  });
  return differences.length > 0 ? differences : [{ path, before, after }];
}

function grouped(list) {
  const groups = new Map();
  for (const thing of list) {
    const name = isObject(thing) ? thing.name ?? thing.dataType ?? thing.module : undefined;
    const key = typeof name === "string" ? `n${name}` : `v${JSON.stringify(thing)}`;
    groups.set(key, [...(groups.get(key) ?? []), thing]);
  }
  return groups;
}
