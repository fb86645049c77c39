//! The route from a document's root to one of its nodes.

use std::fmt;

use serde::Serialize;

/// A JSON Pointer (RFC 6901): `""` is the root, `/aiContext/keywords/0` the first keyword.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document.
    pub const ROOT: Self = Self(String::new());

    /// Takes a pointer that is written by RFC 6901.
    pub fn new(pointer: impl Into<String>) -> Self {
        Self(pointer.into())
    }

    /// Returns the pointer as RFC 6901 writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the pointer to the member `key` of the object that this one points to.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        Self(format!("{}/{}", self.0, key.replace('~', "~0").replace('/', "~1")))
    }

    /// Returns the pointer to an element, counted from 0, of the array that this one points to.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// Returns the pointer to the parent of the node, or `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// Returns the keys and indices on the way from the root, unescaped.
    pub fn segments(&self) -> impl Iterator<Item = String> {
        self.0.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
    }

    /// Returns the key or index of the node itself, unescaped, or `None` at the root.
    pub fn last(&self) -> Option<String> {
        self.segments().last()
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_unescapes_by_rfc_6901() {
        let pointer = Pointer::ROOT.key("a/b").key("m~n").index(3).key("");
        assert_eq!(pointer.as_str(), "/a~1b/m~0n/3/");
        assert_eq!(pointer.segments().collect::<Vec<_>>(), ["a/b", "m~n", "3", ""]);
        assert_eq!(pointer.parent().unwrap().as_str(), "/a~1b/m~0n/3");
        assert_eq!(Pointer::ROOT.parent(), None);
    }
}
