//! The reach of references from a root schema, which bounds the stack and the time of a validation.
//!
//! The validator recurses through references, and takes each path that leads through them. A few lines of hostile
//! schema would otherwise overflow the stack or take years. The measure is an upper bound, found in polynomial time.

use serde_json::{Map, Value};

use super::{
    error::{MAX_DEPTH, MAX_REFERENCES, MAX_WAYS, TooFar},
    folder::Folder,
};

/// The most errors that circles of references may multiply to; with more, they are not listed.
const MAX_REPEATS: u64 = 100_000;

/// The measure of the references of a schema that keeps within the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// The most references of one schema that lead back to it.
    branches: u64,
}

impl Reach {
    /// Measures the schemas that the last file of the folder reaches.
    pub(super) fn of(folder: &Folder) -> Result<Self, TooFar> {
        let graph = Graph::from(folder)?;
        let circles = graph.circles();
        let mut totals = vec![None; graph.nodes.len()];
        let (depth, ways) = graph.totals(&circles, 0, &mut totals);
        if depth > MAX_DEPTH {
            return Err(TooFar::Depth);
        }
        if ways > MAX_WAYS {
            return Err(TooFar::Ways);
        }
        let back = |(index, node): (usize, &Target)| {
            node.targets.iter().filter(|target| circles[index] == circles[**target]).count() as u64
        };
        Ok(Self { branches: graph.nodes.iter().enumerate().map(back).max().unwrap_or_default() })
    }

    /// Returns whether all errors of a document with so many levels can be listed in bounded time and memory.
    pub(super) fn can_list_errors(self, levels: u32) -> bool {
        self.branches.checked_pow(levels).is_some_and(|repeats| repeats <= MAX_REPEATS)
    }
}

/// A schema that is the root, or that a reference leads to.
struct Target {
    /// The depth to which its own parts nest.
    depth: usize,
    /// The targets of the references inside it, one for each reference.
    targets: Vec<usize>,
}

struct Graph {
    nodes: Vec<Target>,
}

impl Graph {
    /// Builds the graph; the root is node 0.
    fn from(folder: &Folder) -> Result<Self, TooFar> {
        let root = folder.files().last().map(|(name, _)| (name.to_owned(), String::new()));
        let mut places: Vec<_> = root.into_iter().collect();
        let (mut nodes, mut count) = (Vec::new(), 0);
        while let Some((file, pointer)) = places.get(nodes.len()).cloned() {
            let mut seen = Seen::default();
            if let Some(schema) = folder.file(&file).and_then(|schema| schema.pointer(&pointer)) {
                seen.schema(schema, 1);
            }
            count += seen.references.len();
            if count > MAX_REFERENCES {
                return Err(TooFar::References);
            }
            let mut targets = Vec::new();
            for reference in seen.references {
                let Some(place) = folder.place(&file, reference) else {
                    continue;
                };
                let index = places.iter().position(|known| *known == place).unwrap_or_else(|| {
                    places.push(place);
                    places.len() - 1
                });
                targets.push(index);
            }
            nodes.push(Target { depth: seen.depth, targets });
        }
        Ok(Self { nodes })
    }

    /// Returns for each node the least node that it leads to and that leads back to it: nodes of one circle share it.
    fn circles(&self) -> Vec<usize> {
        let reached: Vec<_> = (0..self.nodes.len()).map(|start| self.reached(start)).collect();
        (0..self.nodes.len())
            .map(|node| (0..node).find(|&other| reached[node][other] && reached[other][node]).unwrap_or(node))
            .collect()
    }

    fn reached(&self, start: usize) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open = self.nodes[start].targets.clone();
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                open.extend(&self.nodes[node].targets);
            }
        }
        reached
    }

    /// Returns the deepest nesting from a circle on, and the number of ways.
    fn totals(&self, circles: &[usize], circle: usize, known: &mut [Option<(usize, u64)>]) -> (usize, u64) {
        if let Some(totals) = known[circle] {
            return totals;
        }
        let members: Vec<_> = (0..self.nodes.len()).filter(|&node| circles[node] == circle).collect();
        let own_depth: usize = members.iter().map(|&node| self.nodes[node].depth).sum();
        let (mut depth, mut ways) = (0, 1_u64);
        for target in members.iter().flat_map(|&node| &self.nodes[node].targets) {
            if circles[*target] != circle {
                let (deeper, more) = self.totals(circles, circles[*target], known);
                depth = depth.max(deeper);
                ways = ways.saturating_add(more);
            }
        }
        let totals = (own_depth + depth, ways);
        known[circle] = Some(totals);
        totals
    }
}

/// The findings of a walk over one schema, without its definitions, which count only if something refers to them.
#[derive(Default)]
struct Seen<'a> {
    depth: usize,
    references: Vec<&'a str>,
}

impl<'a> Seen<'a> {
    fn schema(&mut self, value: &'a Value, depth: usize) {
        self.depth = self.depth.max(depth);
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| self.schema(element, depth + 1)),
            Value::Object(members) => self.keywords(members, depth),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn keywords(&mut self, members: &'a Map<String, Value>, depth: usize) {
        for (keyword, value) in members {
            match (keyword.as_str(), value) {
                ("$defs" | "definitions", _) => {}
                ("$ref" | "$dynamicRef", Value::String(reference)) => self.references.push(reference),
                // The keys of these are names, not keywords.
                ("properties" | "patternProperties" | "dependentSchemas", Value::Object(named)) => {
                    named.values().for_each(|schema| self.schema(schema, depth + 2));
                }
                _ => self.schema(value, depth + 1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn reach(schema: &Value) -> Result<Reach, TooFar> {
        let text = schema.to_string();
        Reach::of(&Folder::read("a.json", &BTreeMap::from([("a.json", text.as_str())])).unwrap())
    }

    /// Definitions each of which contains what `link` makes of the address of the next one.
    fn chain(length: usize, link: impl Fn(Value) -> Value) -> Value {
        let next = |index: usize| json!({"$ref": format!("#/$defs/d{index}")});
        let mut schema = next(0);
        schema["$defs"][format!("d{length}")] = json!({"type": "string"});
        for index in 0..length {
            schema["$defs"][format!("d{index}")] = link(next(index + 1));
        }
        schema
    }

    #[test]
    fn ordinary_schemas_keep_within_the_bounds() {
        for (schema, branches) in [
            (json!({"type": "string"}), 0),
            (json!({"properties": {"a": {"$ref": "#"}, "b": {"items": {"$ref": "#"}}}}), 2),
            (chain(50, |next| json!({"items": next})), 0),
            (json!({"$defs": {"unused": {"$ref": "#"}}}), 0),
            (json!({"properties": {"$defs": {"$ref": "#"}}}), 1),
        ] {
            assert_eq!(reach(&schema), Ok(Reach { branches }), "{schema}");
        }
    }

    #[test]
    fn chains_and_multiplying_references_are_refused() {
        assert_eq!(reach(&chain(200, |next| json!({"allOf": [next]}))), Err(TooFar::Depth));
        assert_eq!(reach(&chain(14, |next| json!({"allOf": [next, next]}))), Err(TooFar::Ways));
        assert_eq!(reach(&json!({"allOf": vec![json!({"$ref": "#"}); 2001]})), Err(TooFar::References));
        let mut circle = chain(150, |next| json!({"allOf": [next]}));
        circle["$defs"]["d150"] = json!({"items": {"$ref": "#"}});
        assert_eq!(reach(&circle), Err(TooFar::Depth));
    }

    #[test]
    fn circles_that_branch_allow_only_shallow_documents() {
        let twice = reach(&json!({"items": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}})).unwrap();
        assert!(twice.can_list_errors(16) && !twice.can_list_errors(17));
        let once = reach(&json!({"items": {"$ref": "#"}})).unwrap();
        assert!(once.can_list_errors(64));
    }
}
