//! YAML that the parser accepts, but that YAML 1.2 forbids or that the older `serde_yaml` refuses or reads differently.
//!
//! All of this is rare, and most of it is a mistake, so it is refused.

use std::ops::Range;

use crate::{diagnostic::Span, domain::quoted, source::parse_error::ParseError};

/// Returns the error for a tab in the space before a node in block style, where only spaces indent.
///
/// `gap` reaches from the end of the content before to the node. Tabs within comments, and between the parts of a line, are
/// fine; those that start a line or follow a `-` or `?` are not.
pub(super) fn tab(text: &str, gap: Range<usize>) -> Option<ParseError> {
    // A block scalar ends within the indentation of the line that follows.
    let before = text[..gap.start].trim_end_matches(' ');
    let starts_line = before.is_empty() || before.ends_with(['\n', '\r']);
    let (mut indents, mut in_comment) = (starts_line, false);
    for (at, byte) in text.as_bytes()[gap.clone()].iter().enumerate() {
        match byte {
            b'\n' | b'\r' => (indents, in_comment) = (true, false),
            _ if in_comment => {}
            b'\t' if indents => {
                let at = gap.start + at;
                return Some(
                    ParseError::syntax(at..at + 1, "this line is indented with a tab", "tab")
                        .help("indent with spaces"),
                );
            }
            b'#' => in_comment = true,
            b'-' | b'?' => indents = true,
            b' ' | b'\t' => {}
            b':' if indents => {}
            _ => indents = false,
        }
    }
    None
}

/// Returns the error for a key that is not written, or not on one line.
pub(super) fn key(text: &str, span: &Span, is_plain: bool, is_flow: bool) -> Option<ParseError> {
    if is_plain && span.is_empty() {
        let error = ParseError::syntax(span.clone(), "a key is missing before the colon", "expected a key");
        return Some(error.help("write `key: value`; put a text that starts with `:` or `?` in quotes"));
    }
    let rest = &text[span.end..];
    let is_split = text[span.clone()].contains(['\n', '\r'])
        || is_flow
            && rest.trim_start_matches([' ', '\t']).starts_with(['\n', '\r', '#'])
            && rest.trim_start().starts_with([':', '#']);
    if is_split {
        let error = ParseError::syntax(span.clone(), "a key and its colon are not on one line", "key");
        return Some(error.help("write the key on one line; check for a missing quote or comma before it"));
    }
    let value = rest.trim_start_matches([' ', '\t']).strip_prefix(':')?;
    let is_glued = is_flow && is_plain && value.starts_with([',', '?', '[', ']', '{', '}']);
    let value_start = text.len() - value.len();
    is_glued.then(|| {
        ParseError::syntax(
            value_start - 1..value_start,
            "expected a space after the colon",
            "no space after it",
        )
        .help("put a space after the colon, and the value in quotes if it is a text")
    })
}

/// Returns the error for an unquoted text within brackets that starts or continues with a sign of YAML's syntax.
pub(super) fn plain_in_flow(text: &str, span: &Span) -> Option<ParseError> {
    let written = &text[span.clone()];
    let is_ambiguous = written.starts_with(['?', ':', '-'])
        && written[1..].starts_with(|next: char| !next.is_alphanumeric() && next != '.')
        || written.starts_with(['?', ':'])
        || written.contains(":?");
    is_ambiguous.then(|| {
        ParseError::syntax(
            span.clone(),
            format!("the text {} needs quotes within brackets", quoted(written)),
            "needs quotes",
        )
        .help("put it in quotes")
    })
}

/// Returns the error for a text below `|` or `>` that is the whole document, or starts with a tab.
pub(super) fn block_text(text: &str, span: &Span, is_root: bool) -> Option<ParseError> {
    if is_root {
        let error = ParseError::syntax(span.clone(), "the whole file is one text", "text");
        return Some(error.help("write an object: lines of `key: value`"));
    }
    let start = span.start + text[span.clone()].len()
        - text[span.clone()].trim_start_matches([' ', '\n', '\r']).len();
    text[start..].starts_with('\t').then(|| {
        ParseError::syntax(start..start + 1, "the first line of this text starts with a tab", "tab")
            .help("indent with spaces")
    })
}

/// Returns the error for a tab that starts a line of a text without quotes, or is in a blank line of it.
pub(super) fn tab_in_text(text: &str, span: &Span) -> Option<ParseError> {
    let mut at = span.start;
    for (number, line) in text[span.clone()].split('\n').enumerate() {
        let blank = line.len() - line.trim_start_matches([' ', '\t', '\r']).len();
        let tab = line[..blank].find('\t').filter(|&tab| tab == 0 || blank == line.len());
        if let Some(tab) = tab.filter(|_| number > 0) {
            let tab = at + tab;
            let error = ParseError::syntax(tab..tab + 1, "a tab is in the indentation of this text", "tab");
            return Some(error.help("indent with spaces"));
        }
        at += line.len() + 1;
    }
    None
}

/// Returns the error for a line of a text in quotes that has fewer spaces before it than `indentation` (YAML 1.2, section
/// 6.3).
///
/// `span` is the place of the text with its quotes. Blank lines are fine.
pub(super) fn outdented_text(text: &str, span: &Span, indentation: usize) -> Option<ParseError> {
    let mut at = span.start;
    for (number, line) in text[span.clone()].split(['\n', '\r']).enumerate() {
        if number > 0 && !is_blank(line) && spaces(line) < indentation {
            let advice = format!("or put the closing `{}` before this line", &text[span.start..=span.start]);
            return Some(outdented(at, line, "text in quotes", indentation, &advice));
        }
        at += line.len() + 1;
    }
    None
}

/// Returns the error for a line within brackets that has fewer spaces before it than `indentation` (YAML 1.2, section 6.3).
///
/// `gap` reaches from the end of one token to the start of the next. Blank lines and comments are fine. So are, although YAML
/// forbids it, closing brackets below the start of their key, because everyone writes them and every reader takes them.
pub(super) fn outdented_in_flow(text: &str, gap: Range<usize>, indentation: usize) -> Option<ParseError> {
    let bytes = text[gap.clone()].bytes().enumerate();
    for (at, _) in bytes.filter(|&(_, byte)| matches!(byte, b'\n' | b'\r')) {
        let start = gap.start + at + 1;
        let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
        let needed = match line.trim_start().bytes().next() {
            None | Some(b'#') => continue,
            Some(b']' | b'}') => indentation.saturating_sub(1),
            Some(_) => indentation,
        };
        if spaces(line) < needed {
            let advice = "or put the closing bracket before this line";
            return Some(outdented(start, line, "list or object in brackets", indentation, advice));
        }
    }
    None
}

/// Returns the error for a line that starts at `start` with fewer spaces than `needed`.
fn outdented(start: usize, line: &str, what: &str, needed: usize, advice: &str) -> ParseError {
    let (indented, spaces) = (start + spaces(line), if needed == 1 { "space" } else { "spaces" });
    if text_after_spaces(line).starts_with('\t') {
        return ParseError::syntax(indented..indented + 1, "this line is indented with a tab", "tab")
            .help(format!("indent with spaces, at least {needed}"));
    }
    let message = format!("this line is not indented enough to be part of the {what} above it");
    ParseError::syntax(
        indented..start + line.trim_end().len(),
        message,
        format!("needs {needed} {spaces} before it"),
    )
    .help(format!("indent it by at least {needed} {spaces}, {advice}"))
}

fn spaces(line: &str) -> usize {
    line.len() - text_after_spaces(line).len()
}

fn text_after_spaces(line: &str) -> &str {
    line.trim_start_matches(' ')
}

fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\t']).is_empty()
}

/// Returns the spaces that lines within a block collection that starts at `start` need before them.
///
/// The items of a list may be on the column of the key that it belongs to, and then the parser places the list after its first
/// hyphen. `gap` reaches from the content before to the list, and `outer` is what its key needs.
pub(super) fn block_indentation(text: &str, gap: Range<usize>, outer: Option<usize>) -> usize {
    let has_hyphen = text[gap.clone()].contains('-');
    if let Some(outer) = outer.filter(|_| has_hyphen) {
        return outer;
    }
    let line_start = text[..gap.end].rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    gap.end - line_start + 1
}

/// Returns the error for the name of an anchor or alias: `name` is the place of the whole token.
pub(super) fn anchor_name(text: &str, name: &Span) -> Option<ParseError> {
    let written = text[name.clone()].strip_prefix(['&', '*'])?;
    let is_apart =
        !text[name.end..].starts_with(|next: char| !next.is_whitespace() && !matches!(next, ',' | ']' | '}'));
    let is_good = is_apart
        && !written.is_empty()
        && written.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    (!is_good).then(|| {
        let does = if text[name.clone()].starts_with('&') { "`&` starts" } else { "`*` repeats" };
        let message = format!("{does} an anchor in YAML, and {} is not a name for one", quoted(written));
        ParseError::syntax(name.clone(), message, "not a name")
            .help("use letters, digits, `_` and `-`; put a text that starts with `&` or `*` in quotes")
    })
}

/// Returns the error for a `...` before the document.
pub(super) fn early_end(text: &str, start: usize) -> Option<ParseError> {
    let mut at = 0;
    for line in text[..start].split_inclusive(['\n', '\r']) {
        if line.starts_with("...") {
            let error = ParseError::syntax(
                at..at + 3,
                "a line `...` ends the document before it starts",
                "end of the document",
            );
            return Some(error.help("remove the line `...`"));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::RepoPath,
        source::{limits::Limits, parse},
    };

    /// Returns where the first finding starts, as `line:column`.
    fn refused(text: &str) -> Option<String> {
        let parsed = parse(&RepoPath::new("a.yaml"), text.as_bytes(), &Limits::default());
        let start = parsed.diagnostics.first()?.start();
        Some(format!("{}:{}", start.line, start.column))
    }

    #[test]
    fn yaml_that_readers_disagree_on_is_refused() {
        for (text, place) in [
            ("\ta: 1\n", "1:1"),
            ("-\ta\n", "1:2"),
            ("? a\n:\tb\n", "2:2"),
            ("a: 1\n\t\nb: 2\n", "2:1"),
            ("a: |\n  x\n\t\nb: 2\n", "3:1"),
            ("a: |\n  \tx\n", "2:3"),
            ("a: x\n\t\n  y\n", "2:1"),
            (": a\n", "1:1"),
            ("[? ]\n", "1:4"),
            ("{\"a\n b\": 1}\n", "1:2"),
            ("{a\n: b}\n", "1:2"),
            ("{\"a\" # c\n: b}\n", "1:2"),
            ("{a:, b}\n", "1:3"),
            ("{a  :, b}\n", "1:5"),
            ("[?x]\n", "1:2"),
            ("|\n text\n", "2:2"),
            ("a: &x.y 1\n", "1:4"),
            ("a: &x[1]\n", "1:4"),
            ("a: &x 1\nb: *x.y\n", "2:4"),
            ("...\na: 1\n", "1:1"),
        ] {
            assert_eq!(refused(text).as_deref(), Some(place), "{text:?}");
            let theirs = serde_yaml::from_str::<serde_json::Value>(text);
            assert!(
                theirs.is_err() || text.starts_with('|') || text.contains("[?x]"),
                "{text:?}: {theirs:?}"
            );
        }
    }

    #[test]
    fn lines_with_too_little_indentation_are_refused() {
        for (text, place) in [
            ("a: \"x\ny\"\n", "2:1"),
            ("a: 'x\n\n\ny'\n", "4:1"),
            ("a: \"x\n\ty\"\n", "2:1"),
            ("a:\n  b: [\n \t\tx]\n", "3:2"),
            ("a: \"x\r\ny\"\r\n", "2:1"),
            ("a: \"x\n\"\n", "2:1"),
            ("- \"x\ny\"\n", "2:1"),
            ("a:\n  b: \"x\n  y\"\n", "3:3"),
            ("a:\n- b: \"x\n  y\"\n", "3:3"),
            ("a:\n  - 'x\n  y'\n", "3:3"),
            ("a: [x,\ny]\n", "2:1"),
            ("a: [x\n, y]\n", "2:1"),
            ("a: [\n  x,\n# c\n\n\"#\"]\n", "5:1"),
            ("a:\n  b: {x: 1,\n  y: 2}\n", "3:3"),
            ("a:\n  b: {\n    x: 1\n}\n", "4:1"),
            ("a: [{b: [x,\ny]}]\n", "2:1"),
            ("a: ['x\ny']\n", "2:1"),
            ("a:\n  -\n    - b\n  - [x,\n  y]\n", "5:3"),
            ("- - [x,\n  y]\n", "2:3"),
        ] {
            assert_eq!(refused(text).as_deref(), Some(place), "{text:?}");
        }
    }

    #[test]
    fn lines_with_enough_indentation_are_accepted() {
        for text in [
            "\"x\ny\"\n",
            "[x,\ny]\n",
            "{\n\"a\": {\n\"b\": [\n1\n]\n}\n}\n",
            "a: \"x\n y\"\n",
            "a: \"x\n\n\t\n y\n \"\n",
            "a:\n- \"x\n y\"\n",
            "a:\n-\n  - b\n- [x,\n y]\n",
            "a:\n- - b\n- [x,\n y]\n",
            "a: [\n x,\n# c\n\n y\n]\n",
            "a:\n  b: [\n   x\n  ]\n  c: {\n   d: 1,\n  }\n",
            "a: &x-y\n  - [x,\n   y]\n",
            "&x a: &y\n  b: 'x\n   y'\n",
            "a: [x, # c\n#d\n ]\n",
        ] {
            assert_eq!(refused(text), None, "{text:?}");
        }
    }

    #[test]
    fn similar_valid_yaml_is_accepted() {
        for text in [
            "a:\t1\t# c\t\n",
            "#\tc\na: 1\n",
            "a: |\n  x\n  \ty\n",
            "{\"a\":[1], b: [-1, -x, .5]}\n",
            "{\n\t\"a\":\n\t1\n}\n",
            "a: [&x 1, &y {}]\nb: {c: *x, d: *y}\n",
            "a: \"x\n \ty\"\n",
            "---\na: 1\n...\n",
        ] {
            assert_eq!(refused(text), None, "{text:?}");
        }
    }
}
