//! One node of a tree, and its members and items.
//!
//! Every node knows where its subtree ends, so a sibling is one step away and nothing is boxed. Decoded strings share
//! one buffer. Equality looks at values alone: spans, key order and layout do not count.

use super::{index::to_u32, number::Number};
use crate::domain::Pointer;

/// A range in the tree's string buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    String(Text),
    Array,
    Object,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct NodeData {
    pub(super) kind: Kind,
    /// The index after the last node of the subtree.
    pub(super) end: u32,
    /// The key, where the node is a member of an object.
    pub(super) key: Option<Text>,
}

/// A document in memory: at least one node, the root first.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(super) nodes: Vec<NodeData>,
    pub(super) strings: String,
}

/// One node of a [`Tree`].
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    index: u32,
}

/// The content of a node.
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
    /// Returns a tree whose only node is a text.
    pub fn of_text(text: &str) -> Self {
        let strings = text.to_owned();
        let kind = Kind::String(Text { start: 0, end: to_u32(text.len()) });
        Self { nodes: vec![NodeData { kind, end: 1, key: None }], strings }
    }

    /// Returns the root of the document.
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// Returns the node at a place in reading order.
    pub(in crate::source) fn node(&self, index: usize) -> Option<Node<'_>> {
        (index < self.nodes.len()).then(|| Node { tree: self, index: to_u32(index) })
    }

    fn text(&self, text: Text) -> &str {
        &self.strings[text.start as usize..text.end as usize]
    }
}

impl<'a> Node<'a> {
    fn data(self) -> &'a NodeData {
        &self.tree.nodes[self.index as usize]
    }

    /// Returns the node's place in reading order; the root is 0.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// Returns two numbers that together differ from those of every other node in memory.
    pub fn unique_id(self) -> (usize, u32) {
        (std::ptr::from_ref(self.tree).addr(), self.index)
    }

    /// Returns the content of the node.
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

    /// Returns the key of the node, if it is a member of an object.
    pub fn key(self) -> Option<&'a str> {
        self.data().key.map(|key| self.tree.text(key))
    }

    /// Returns the text, where the node is one.
    pub fn as_str(self) -> Option<&'a str> {
        match self.value() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the elements, where the node is an array.
    pub fn as_array(self) -> Option<Elements<'a>> {
        match self.value() {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Returns the members, where the node is an object.
    pub fn as_object(self) -> Option<Members<'a>> {
        match self.value() {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the member `key`, where the node is an object that has it.
    pub fn get(self, key: &str) -> Option<Self> {
        self.as_object()?.find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    /// Returns the node that `pointer` leads to from this one.
    pub fn at(self, pointer: &Pointer) -> Option<Self> {
        pointer.segments().try_fold(self, |node, segment| match node.value() {
            Value::Array(mut elements) => elements.nth(segment.parse().ok()?),
            Value::Object(_) => node.get(&segment),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }

    /// Returns the route from this node to the node at `index`, which is in its subtree.
    pub(in crate::source) fn route_to(self, index: usize) -> Pointer {
        let (mut node, mut pointer) = (self, Pointer::ROOT);
        while node.index() != index {
            let Some((position, child)) =
                node.children().enumerate().take_while(|(_, child)| child.index() <= index).last()
            else {
                break;
            };
            pointer = child.key().map_or_else(|| pointer.index(position), |key| pointer.key(key));
            node = child;
        }
        pointer
    }

    /// Returns the same value for `serde_json`.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tree::builder::TreeBuilder;

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
    fn a_route_leads_to_its_node_and_back() {
        let tree = sample();
        for index in 0..8 {
            let route = tree.root().route_to(index);
            assert_eq!(tree.root().at(&route).map(Node::index), Some(index), "{route}");
        }
    }
}
