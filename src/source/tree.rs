//! A document as one flat list of nodes in reading order.
//!
//! Every node knows where its subtree ends, so a sibling is one step away and nothing is boxed. Decoded strings share
//! one buffer. Equality looks at values alone: spans, key order and layout do not count.

use super::{Pointer, Span};

/// The largest integer that every JSON reader holds exactly: 2^53 − 1 (RFC 8259, section 6).
pub(super) const MAX_NUMBER: i64 = (1 << 53) - 1;

/// A number between ±(2^53 − 1). A float without a fraction is an integer: `1.0` is `1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Integer(i64),
    /// A finite number with a fraction.
    Float(f64),
}

impl Number {
    /// Takes an integer, or `None` beyond ±(2^53 − 1).
    pub fn from_integer(number: i128) -> Option<Self> {
        i64::try_from(number).ok().filter(|number| number.abs() <= MAX_NUMBER).map(Self::Integer)
    }

    /// Takes a float, or `None` where it is not finite or beyond ±(2^53 − 1).
    pub fn from_float(number: f64) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact in a float")]
        let in_range = number.abs() <= MAX_NUMBER as f64;
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53 - 1")]
        match in_range {
            true if number.fract() == 0.0 => Some(Self::Integer(number as i64)),
            true => Some(Self::Float(number)),
            false => None,
        }
    }
}

/// A range in the tree's string buffer.
#[derive(Debug, Clone, Copy)]
struct Text {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Array,
    Object,
}

#[derive(Debug, Clone, Copy)]
struct NodeData {
    kind: Kind,
    /// The index after the last node of the subtree.
    end: u32,
    /// The key, where the node is a member of an object.
    key: Option<Text>,
}

/// Where the parts of a node stand in the text.
#[expect(dead_code, reason = "the readers that fill it follow")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeSpans {
    /// The key, quotes included, where the node is a member of an object.
    pub key: Option<Span>,
    /// The value; of a collection from its first to its last byte, without trailing blank lines.
    pub value: Span,
}

/// A document in memory: at least one node, the root first.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<NodeData>,
    strings: String,
}

/// One node of a [`Tree`].
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    index: u32,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(&'a str),
    /// An ordered list.
    Array(Elements<'a>),
    /// Keys and values in the author's order.
    Object(Members<'a>),
}

impl Tree {
    /// The root of the document.
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    fn text(&self, text: Text) -> &str {
        &self.strings[text.start as usize..text.end as usize]
    }
}

impl<'a> Node<'a> {
    fn data(self) -> &'a NodeData {
        &self.tree.nodes[self.index as usize]
    }

    /// The node's place in reading order; the root is 0.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// The tree that the node is part of.
    pub fn tree(self) -> &'a Tree {
        self.tree
    }

    /// What the node holds.
    pub fn value(self) -> Value<'a> {
        match self.data().kind {
            Kind::Null => Value::Null,
            Kind::Bool(truth) => Value::Bool(truth),
            Kind::Number(number) => Value::Number(number),
            Kind::String(text) => Value::String(self.tree.text(text)),
            Kind::Array => Value::Array(Elements(self.children())),
            Kind::Object => Value::Object(Members(self.children())),
        }
    }

    fn children(self) -> Children<'a> {
        Children { tree: self.tree, next: self.index + 1, end: self.data().end }
    }

    /// The key under which the node stands in its object.
    pub fn key(self) -> Option<&'a str> {
        self.data().key.map(|key| self.tree.text(key))
    }

    /// The text, where the node is one.
    pub fn as_str(self) -> Option<&'a str> {
        match self.value() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, where the node is an array.
    pub fn as_array(self) -> Option<Elements<'a>> {
        match self.value() {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, where the node is an object.
    pub fn as_object(self) -> Option<Members<'a>> {
        match self.value() {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member `key`, where the node is an object that has it.
    pub fn get(self, key: &str) -> Option<Self> {
        self.as_object()?.find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    /// The node that `pointer` leads to from this one.
    pub fn at(self, pointer: &Pointer) -> Option<Self> {
        pointer.segments().try_fold(self, |node, segment| match node.value() {
            Value::Array(mut elements) => elements.nth(segment.parse().ok()?),
            Value::Object(_) => node.get(&segment),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }

    /// The same value for `serde_json`.
    pub fn to_json(self) -> serde_json::Value {
        match self.value() {
            Value::Null => serde_json::Value::Null,
            Value::Bool(truth) => truth.into(),
            Value::Number(Number::Integer(number)) => number.into(),
            Value::Number(Number::Float(number)) => number.into(),
            Value::String(text) => text.into(),
            Value::Array(elements) => elements.map(Self::to_json).collect(),
            Value::Object(members) => members.map(|(key, node)| (key.to_owned(), node.to_json())).collect(),
        }
    }
}

#[derive(Debug, Clone)]
struct Children<'a> {
    tree: &'a Tree,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.end {
            return None;
        }
        let node = Node { tree: self.tree, index: self.next };
        self.next = node.data().end;
        Some(node)
    }
}

/// The elements of an array, in order.
#[derive(Debug, Clone)]
pub struct Elements<'a>(Children<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// The members of an object, in the author's order.
#[derive(Debug, Clone)]
pub struct Members<'a>(Children<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|node| (node.key().unwrap_or_default(), node))
    }
}

/// Builds a [`Tree`] in one pass, in reading order.
///
/// Open a collection, add its children, close it. A key given before a node makes the node a member.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    nodes: Vec<NodeData>,
    strings: String,
    open: Vec<u32>,
    key: Option<Text>,
}

impl TreeBuilder {
    /// Sets the key of the next node.
    pub fn key(&mut self, key: &str) {
        self.key = Some(self.intern(key));
    }

    /// Adds `null`.
    pub fn null(&mut self) -> usize {
        self.push(Kind::Null)
    }

    /// Adds a truth value.
    pub fn bool(&mut self, truth: bool) -> usize {
        self.push(Kind::Bool(truth))
    }

    /// Adds a number.
    pub fn number(&mut self, number: Number) -> usize {
        self.push(Kind::Number(number))
    }

    /// Adds a text.
    pub fn string(&mut self, text: &str) -> usize {
        let text = self.intern(text);
        self.push(Kind::String(text))
    }

    /// Opens an array; its elements follow.
    pub fn open_array(&mut self) -> usize {
        self.open(Kind::Array)
    }

    /// Opens an object; its members follow.
    pub fn open_object(&mut self) -> usize {
        self.open(Kind::Object)
    }

    /// Closes the collection that was opened last.
    pub fn close(&mut self) {
        if let Some(index) = self.open.pop() {
            self.nodes[index as usize].end = self.next_index();
        }
    }

    /// How many collections are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds a copy of the closed node at `index` and of all below it, and tells how many nodes that were.
    pub fn copy(&mut self, index: usize) -> usize {
        let (first, base) = (index, self.nodes.len());
        let end = self.nodes[first].end as usize;
        let key = self.key.take();
        for original in first..end {
            let mut node = self.nodes[original];
            node.end = to_u32(node.end as usize - first + base);
            self.nodes.push(node);
        }
        self.nodes[base].key = key;
        end - first
    }

    /// Closes what is open and gives the tree, or `None` where no node was added.
    pub fn finish(mut self) -> Option<Tree> {
        while !self.open.is_empty() {
            self.close();
        }
        (!self.nodes.is_empty()).then_some(Tree { nodes: self.nodes, strings: self.strings })
    }

    fn open(&mut self, kind: Kind) -> usize {
        let index = self.push(kind);
        self.open.push(to_u32(index));
        index
    }

    fn push(&mut self, kind: Kind) -> usize {
        let (index, key) = (self.nodes.len(), self.key.take());
        self.nodes.push(NodeData { kind, end: self.next_index() + 1, key });
        index
    }

    fn next_index(&self) -> u32 {
        to_u32(self.nodes.len())
    }

    fn intern(&mut self, text: &str) -> Text {
        let start = to_u32(self.strings.len());
        self.strings.push_str(text);
        Text { start, end: to_u32(self.strings.len()) }
    }
}

fn to_u32(length: usize) -> u32 {
    u32::try_from(length).expect("a document's size is limited to far less than 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Tree {
        let mut builder = TreeBuilder::default();
        builder.open_object();
        builder.key("list");
        let list = builder.open_array();
        builder.string("one");
        builder.number(Number::Integer(2));
        builder.close();
        builder.key("copy");
        builder.copy(list);
        builder.key("last");
        builder.bool(true);
        builder.finish().unwrap()
    }

    #[test]
    fn nodes_are_found_by_key_index_and_pointer() {
        let tree = sample();
        assert_eq!(
            tree.root().to_json(),
            serde_json::json!({"list": ["one", 2], "copy": ["one", 2], "last": true})
        );
        assert_eq!(tree.root().at(&Pointer::new("/copy/0")).and_then(Node::as_str), Some("one"));
        for missing in ["/none", "/copy/2", "/copy/x", "/last/0"] {
            assert!(tree.root().at(&Pointer::new(missing)).is_none(), "{missing}");
        }
    }

    #[test]
    fn numbers_beyond_the_exact_range_do_not_exist() {
        assert_eq!(Number::from_float(1.0), Some(Number::Integer(1)));
        assert_eq!(Number::from_float(-0.0), Some(Number::Integer(0)));
        assert_eq!(Number::from_float(1.5), Some(Number::Float(1.5)));
        for number in [f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
            assert_eq!(Number::from_float(number), None, "{number}");
        }
        assert_eq!(Number::from_integer(i128::from(MAX_NUMBER)), Some(Number::Integer(MAX_NUMBER)));
        assert_eq!(Number::from_integer(i128::from(MAX_NUMBER) + 1), None);
    }
}
