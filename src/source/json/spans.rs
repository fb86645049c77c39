//! The places of the nodes of a JSON text, for texts with findings.
//!
//! The text was read before, so nothing is checked here: a scan over brackets, strings and bare words in the order of
//! the tree's nodes, without recursion. Of a text that breaks off, the places up to there are returned.

use crate::source::tree::spans::{ByteRange, NodeSpans};

/// Returns the places of all nodes, in the order of the nodes.
pub(in crate::source) fn spans(text: &str) -> Vec<NodeSpans> {
    let bytes = text.as_bytes();
    let (mut spans, mut open, mut at) = (Vec::<NodeSpans>::new(), Vec::<Open>::new(), 0);
    let mut key = None;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at = token_end(bytes, start);
        match byte {
            b'{' | b'[' => {
                let is_object = byte == b'{';
                open.push(Open { node: spans.len(), is_object, expects_key: is_object });
                spans.push(NodeSpans { key: key.take(), value: ByteRange::new(start..bytes.len()) });
            }
            b'}' | b']' => {
                if let Some(Open { node, .. }) = open.pop() {
                    spans[node].value = spans[node].value.until(at);
                }
            }
            b',' => {
                if let Some(collection) = open.last_mut() {
                    collection.expects_key = collection.is_object;
                }
            }
            b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => match open.last_mut() {
                Some(object) if object.expects_key => {
                    object.expects_key = false;
                    key = Some(ByteRange::new(start..at));
                }
                _ => spans.push(NodeSpans { key: key.take(), value: ByteRange::new(start..at) }),
            },
        }
    }
    spans
}

/// A collection whose end is still to come.
struct Open {
    node: usize,
    is_object: bool,
    expects_key: bool,
}

/// Returns the byte after the token that starts at `start`.
fn token_end(bytes: &[u8], start: usize) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let mut end = start + 1;
    if bytes[start] == b'"' {
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        end += 1;
    } else if is_word(bytes[start]) {
        while end < bytes.len() && is_word(bytes[end]) {
            end += 1;
        }
    }
    end.min(bytes.len())
}
