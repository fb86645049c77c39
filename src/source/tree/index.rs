//! The width of the indices and offsets of a tree.

/// Converts an index or an offset, which fits because the size of a file is limited to far less than 4 GiB.
pub(super) fn to_u32(length: usize) -> u32 {
    u32::try_from(length).expect("a document's size is limited to far less than 4 GiB")
}
