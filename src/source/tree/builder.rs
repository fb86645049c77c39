//! The writing side of a tree, which also finds repeated keys.

use super::{
    index::to_u32,
    node::{Kind, NodeData, Text, Tree},
    number::Number,
};

/// Builds a [`Tree`] in one pass, in reading order.
///
/// Open a collection, add its children, close it. A key that is set before a node makes the node a member.
#[derive(Debug, Default)]
pub(crate) struct TreeBuilder {
    nodes: Vec<NodeData>,
    strings: String,
    open: Vec<u32>,
    key: Option<Text>,
    duplicates: Vec<(u32, u32)>,
    members: Vec<u32>,
}

impl TreeBuilder {
    /// Sets the key of the next node.
    pub(crate) fn key(&mut self, key: &str) {
        self.key = Some(self.intern(key));
    }

    /// Adds `null`.
    pub(crate) fn null(&mut self) -> usize {
        self.push(Kind::Null)
    }

    /// Adds a truth value.
    pub(crate) fn bool(&mut self, truth: bool) -> usize {
        self.push(Kind::Bool(truth))
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: Number) -> usize {
        self.push(Kind::Number(number))
    }

    /// Adds a text.
    pub(crate) fn string(&mut self, text: &str) -> usize {
        let text = self.intern(text);
        self.push(Kind::String(text))
    }

    /// Opens an array; its elements follow.
    pub(crate) fn open_array(&mut self) -> usize {
        self.open(Kind::Array)
    }

    /// Opens an object; its members follow.
    pub(crate) fn open_object(&mut self) -> usize {
        self.open(Kind::Object)
    }

    /// Closes the collection that was opened last.
    pub(crate) fn close(&mut self) {
        if let Some(index) = self.open.pop() {
            self.nodes[index as usize].end = self.next_index();
            if let Kind::Object = self.nodes[index as usize].kind {
                self.find_duplicates(index);
            }
        }
    }

    /// Closes all collections that are open.
    pub(crate) fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// Returns the members that repeat a key, as pairs of the index of the first member of that key and of the repeating one.
    ///
    /// Only closed objects count. Such members stay in the tree, the first one wins a look-up.
    pub(crate) fn duplicates(&self) -> impl Iterator<Item = (usize, usize)> {
        self.duplicates.iter().map(|&(first, second)| (first as usize, second as usize))
    }

    /// Notes the repeated keys of a closed object: few members are compared with each other, many are sorted.
    fn find_duplicates(&mut self, object: u32) {
        const FEW: usize = 12;
        let Self { nodes, strings, duplicates, members, .. } = self;
        let key = |member: u32| {
            nodes[member as usize].key.map(|key| &strings[key.start as usize..key.end as usize])
        };
        members.clear();
        let mut next = object + 1;
        while next < nodes[object as usize].end {
            members.push(next);
            next = nodes[next as usize].end;
        }
        if members.len() <= FEW {
            for (position, &member) in members.iter().enumerate() {
                let first = members[..position].iter().find(|&&earlier| key(earlier) == key(member));
                duplicates.extend(first.map(|&first| (first, member)));
            }
            return;
        }
        members.sort_by(|&a, &b| key(a).cmp(&key(b)).then(a.cmp(&b)));
        for same in members.chunk_by(|&a, &b| key(a) == key(b)) {
            duplicates.extend(same[1..].iter().map(|&member| (same[0], member)));
        }
    }

    /// Returns how many collections are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Returns how many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns how many nodes the closed node at `index` and all below it are.
    pub(in crate::source) fn size(&self, index: usize) -> usize {
        self.nodes[index].end as usize - index
    }

    /// Returns how many collections are nested at the closed node at `index`: 0 for a scalar.
    pub(in crate::source) fn height(&self, index: usize) -> usize {
        let (mut open, mut height) = (Vec::new(), 0);
        for (at, node) in self.nodes.iter().enumerate().take(self.nodes[index].end as usize).skip(index) {
            while open.last().is_some_and(|&end| end as usize <= at) {
                open.pop();
            }
            if let Kind::Array | Kind::Object = node.kind {
                open.push(node.end);
                height = height.max(open.len());
            }
        }
        height
    }

    /// Adds a copy of the closed node at `index` and of all below it.
    pub(crate) fn copy(&mut self, index: usize) {
        let (first, base) = (index, self.nodes.len());
        let end = self.nodes[first].end as usize;
        let key = self.key.take();
        for original in first..end {
            let mut node = self.nodes[original];
            node.end = to_u32(node.end as usize - first + base);
            self.nodes.push(node);
        }
        self.nodes[base].key = key;
    }

    /// Closes what is open and returns the tree, or `None` if no node was added.
    pub(crate) fn finish(mut self) -> Option<Tree> {
        self.close_all();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_are_found_among_few_and_among_many() {
        for others in [0, 50] {
            let mut builder = TreeBuilder::default();
            builder.open_object();
            for key in ["a", "b", "a", "", "a", ""] {
                builder.key(key);
                builder.null();
            }
            for other in 0..others {
                builder.key(&format!("other {other}"));
                builder.null();
            }
            builder.close();
            let mut duplicates = builder.duplicates().collect::<Vec<_>>();
            duplicates.sort_unstable();
            assert_eq!(duplicates, [(1, 3), (1, 5), (4, 6)], "{others} others");
        }
    }

    #[test]
    fn height_counts_collections_within_each_other() {
        let mut builder = TreeBuilder::default();
        builder.open_array();
        builder.open_array();
        builder.open_array();
        builder.close();
        builder.close();
        builder.open_array();
        builder.null();
        builder.close();
        builder.close();
        for (index, height, size) in [(0, 3, 5), (1, 2, 2), (2, 1, 1), (3, 1, 2), (4, 0, 1)] {
            assert_eq!((builder.height(index), builder.size(index)), (height, size), "node {index}");
        }
    }
}
