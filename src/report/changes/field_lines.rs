//! Lays out what changed in one field as lines, before any format or colour.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::{
    diff::{FieldChange, FieldKind},
    domain::{Pointer, clip},
    report::text::{count, visible},
};

/// The most lines that one field is shown in.
const MAX_LINES: usize = 60;

/// The most characters that are shown of one value, or of one line of it.
const MAX_VALUE: usize = 400;

/// The longest unchanged text that is not cut in the middle.
const MAX_SAME: usize = 80;

/// The largest product of the lengths of two texts that are compared word by word; longer ones take too long.
const MAX_COMPARED: usize = 400_000_000;

/// The number of unchanged lines that are shown around changed ones.
const CONTEXT_LINES: usize = 2;

/// The kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Mark {
    /// A heading above the lines of one text.
    Place,
    /// A line that did not change.
    Same,
    /// A line that was removed.
    Removed,
    /// A line that was added.
    Added,
    /// A line that contains the old and the new value.
    Updated,
}

impl Mark {
    /// Returns the character in front of the line.
    pub(in crate::report) const fn sign(self) -> char {
        match self {
            Self::Place => '@',
            Self::Same => ' ',
            Self::Removed => '-',
            Self::Added => '+',
            Self::Updated => '~',
        }
    }
}

/// The kind of a piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Role {
    /// A piece that did not change.
    Plain,
    /// A piece that was removed.
    Old,
    /// A piece that was added.
    New,
}

/// One line in pieces; it is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct FieldLine {
    pub(in crate::report) mark: Mark,
    pub(in crate::report) pieces: Vec<(Role, String)>,
}

impl FieldLine {
    fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, pieces: vec![(Role::Plain, text.into())] }
    }

    /// Returns the text of the line without the kinds of its pieces.
    pub(in crate::report) fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// Returns the lines of one change. An update of a short value is one line if that has at most `width` characters.
pub(in crate::report) fn lines(change: &FieldChange, width: usize) -> Vec<FieldLine> {
    let place = place(&change.pointer);
    let mut lines = match &change.kind {
        FieldKind::Added(value) => whole(Mark::Added, &place, value, width),
        FieldKind::Removed(value) => whole(Mark::Removed, &place, value, width),
        FieldKind::Updated { old: Value::String(old), new: Value::String(new) }
            if (old.contains('\n') || new.contains('\n')) && comparable(old, new) =>
        {
            text_lines(&place, old, new)
        }
        FieldKind::Updated { old, new } => updated(&place, &shown(old), &shown(new), width),
    };
    if lines.len() > MAX_LINES {
        let more = lines.len() - MAX_LINES;
        lines.truncate(MAX_LINES);
        lines.push(FieldLine::new(Mark::Same, format!("… and {}", count(more, "more line"))));
    }
    lines
}

/// Returns the place that a pointer names, without its first slash: `aiContext/keywords/2` for `/aiContext/keywords/2`.
fn place(pointer: &Pointer) -> String {
    match pointer.as_str().strip_prefix('/') {
        Some(place) => clip(&visible(place), MAX_VALUE).into_owned(),
        None => "(entry)".to_owned(),
    }
}

/// Returns a value on one line.
fn shown(value: &Value) -> String {
    visible(&value.to_string()).into_owned()
}

/// Returns the lines for a value that was added or removed: one line if it fits.
fn whole(mark: Mark, place: &str, value: &Value, width: usize) -> Vec<FieldLine> {
    let one_line = format!("{place}: {}", shown(value));
    let is_leaf = !value.is_object() && !value.is_array();
    if is_leaf || one_line.chars().count() <= width {
        return vec![FieldLine::new(mark, clip(&one_line, place.chars().count() + MAX_VALUE))];
    }
    let pretty = format!("{value:#}");
    let lines = format!("{place}: {pretty}");
    lines.lines().map(|line| FieldLine::new(mark, clip(&visible(line), MAX_VALUE))).collect()
}

/// Returns the lines for an old and a new value: one for both if they fit, else one for each.
fn updated(place: &str, old: &str, new: &str, width: usize) -> Vec<FieldLine> {
    let (old_pieces, new_pieces) = words(old, new);
    let length = place.chars().count() + old.chars().count() + new.chars().count() + ":  -> ".len();
    let prefix = |text: String| vec![(Role::Plain, text)];
    if length <= width {
        let pieces = [prefix(format!("{place}: ")), old_pieces, prefix(" → ".to_owned()), new_pieces];
        return vec![FieldLine { mark: Mark::Updated, pieces: pieces.concat() }];
    }
    let line = |mark, pieces| FieldLine { mark, pieces: [prefix(format!("{place}: ")), pieces].concat() };
    vec![line(Mark::Removed, old_pieces), line(Mark::Added, new_pieces)]
}

type Pieces = Vec<(Role, String)>;

/// Returns both texts in pieces that mark the words that changed; long unchanged pieces are cut.
fn words(old: &str, new: &str) -> (Pieces, Pieces) {
    if !comparable(old, new) {
        let piece = |role, text| vec![(role, clip(text, MAX_VALUE).into_owned())];
        return (piece(Role::Old, old), piece(Role::New, new));
    }
    let (mut old_pieces, mut new_pieces) = (Pieces::new(), Pieces::new());
    for change in TextDiff::from_words(old, new).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                push(&mut old_pieces, Role::Plain, change.value());
                push(&mut new_pieces, Role::Plain, change.value());
            }
            ChangeTag::Delete => push(&mut old_pieces, Role::Old, change.value()),
            ChangeTag::Insert => push(&mut new_pieces, Role::New, change.value()),
        }
    }
    for (role, text) in old_pieces.iter_mut().chain(&mut new_pieces) {
        *text = match role {
            Role::Plain => clip_middle(text),
            Role::Old | Role::New => clip(text, MAX_VALUE).into_owned(),
        };
    }
    (old_pieces, new_pieces)
}

fn push(pieces: &mut Pieces, role: Role, text: &str) {
    match pieces.last_mut() {
        Some((last, so_far)) if *last == role => so_far.push_str(text),
        _ => pieces.push((role, text.to_owned())),
    }
}

fn clip_middle(text: &str) -> String {
    let length = text.chars().count();
    if length <= MAX_SAME {
        return text.to_owned();
    }
    let byte_of = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(at, _)| at);
    format!("{}…{}", &text[..byte_of(MAX_SAME / 2)], &text[byte_of(length - MAX_SAME / 2)..])
}

/// Returns the lines of a text that changed, with their neighbours.
fn text_lines(place: &str, old: &str, new: &str) -> Vec<FieldLine> {
    let mut lines = vec![FieldLine::new(Mark::Place, place)];
    let diff = TextDiff::from_lines(old, new);
    for (hunk, ops) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if hunk > 0 {
            lines.push(FieldLine::new(Mark::Same, "…"));
        }
        for change in ops.iter().flat_map(|op| diff.iter_changes(op)) {
            let mark = match change.tag() {
                ChangeTag::Equal => Mark::Same,
                ChangeTag::Delete => Mark::Removed,
                ChangeTag::Insert => Mark::Added,
            };
            let line = change.value();
            let line = line.strip_suffix('\n').unwrap_or(line);
            lines.push(FieldLine::new(mark, clip(&visible(line), MAX_VALUE)));
        }
    }
    lines
}

fn comparable(old: &str, new: &str) -> bool {
    old.len().saturating_mul(new.len()) <= MAX_COMPARED
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(pointer: &str, kind: FieldKind, width: usize, expect: &[&str]) {
        let change = FieldChange { pointer: Pointer::new(pointer), kind };
        let lines = lines(&change, width);
        let got: Vec<_> = lines.iter().map(|line| format!("{}{}", line.mark.sign(), line.text())).collect();
        assert_eq!(got, expect, "{pointer}");
    }

    fn updated(old: Value, new: Value) -> FieldKind {
        FieldKind::Updated { old, new }
    }

    #[test]
    fn short_values_take_one_line_and_long_ones_two() {
        check("/a/0", updated(json!("x"), json!("y")), 80, &[r#"~a/0: "x" → "y""#]);
        check("/a/0", updated(json!("x"), json!(null)), 0, &[r#"-a/0: "x""#, "+a/0: null"]);
        check("", updated(json!(1), json!([2])), 80, &["~(entry): 1 → [2]"]);
        let same = "same ".repeat(100);
        let start = r#"a: "same same same same same same same same…"#;
        let cut = "same ".repeat(8);
        check(
            "/a",
            updated(json!(format!("{same}old")), json!(format!("{same}new"))),
            80,
            &[&format!("-{start}{cut}old\""), &format!("+{start}{cut}new\"")].map(String::as_str),
        );
    }

    #[test]
    fn a_subtree_that_does_not_fit_on_a_line_takes_several() {
        let action = json!({"name": "open"});
        check("/actions/1", FieldKind::Added(action.clone()), 80, &[r#"+actions/1: {"name":"open"}"#]);
        check("/actions/1", FieldKind::Removed(action), 9, &["-actions/1: {", r#"-  "name": "open""#, "-}"]);
        let many: Value = (0..100).collect();
        let lines = lines(&FieldChange { pointer: Pointer::new("/a"), kind: FieldKind::Added(many) }, 9);
        assert_eq!(lines.len(), MAX_LINES + 1);
        assert_eq!(lines[MAX_LINES].text(), "… and 42 more lines");
    }

    #[test]
    fn texts_of_several_lines_are_compared_by_line() {
        let old = "one\ntwo\nthree\nfour\nhalf\nfive\nsix\nseven\neight\n";
        let new = old.replace("two", "2").replace("seven", "7");
        check(
            "/a",
            updated(json!(old), json!(new)),
            80,
            &["@a", " one", "-two", "+2", " three", " four", " …", " five", " six", "-seven", "+7", " eight"],
        );
    }

    #[test]
    fn changed_words_are_marked() {
        let change =
            FieldChange { pointer: Pointer::new("/a"), kind: updated(json!("to be"), json!("to go")) };
        let [line] = lines(&change, 80).try_into().unwrap();
        let changed: Vec<_> = line.pieces.iter().filter(|(role, _)| *role != Role::Plain).collect();
        assert_eq!(changed, [&(Role::Old, "be\"".to_owned()), &(Role::New, "go\"".to_owned())]);
    }

    #[test]
    fn texts_too_large_to_compare_are_cut() {
        let text = |word: &str| json!(format!("{word}\n").repeat(10_000));
        let change = FieldChange { pointer: Pointer::new("/a"), kind: updated(text("old"), text("new")) };
        let lines = lines(&change, 80);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.text().chars().count() < 500));
    }

    #[test]
    fn keys_and_values_are_escaped() {
        check(
            "/a\u{1b}[8m/\n::x",
            FieldKind::Added(json!("\u{202e}##[error]")),
            80,
            &["+a\\u{1b}[8m/\\n\\u{3a}:x: \"\\u{202e}#\\u{23}[error]\""],
        );
    }
}
