//! Lines that are indented wrongly: with a tab, or by other spaces than their neighbours.

use super::lines::{Level, Line, Parts, STEP, block_end, levels, lines, number};
use crate::{domain::quoted, source::parse_error::ParseError};

/// Returns the error for a tab in the indentation of a line; the lines after it that have one too are part of it.
pub(super) fn tab(text: &str, line: Line<'_>) -> Option<ParseError> {
    let tab = line.tab()?;
    let open = levels(text, line.start);
    let holder = holder(&open);
    let message = match holder.and_then(|level| level.key) {
        Some(key) => format!("this line is indented with a tab, below the key {}", quoted(key)),
        None => "this line is indented with a tab".to_owned(),
    };
    let tabs = text[tab..].len() - text[tab..].trim_start_matches('\t').len();
    let (first, last) = (number(text, line.start), number(text, tab_run(text, line).start));
    let help = if first < last {
        format!("replace each tab at the start of lines {first} to {last} by {STEP} spaces")
    } else {
        match open.last() {
            Some(last) if last.has_value() && last.column > 0 => {
                format!("indent it with {}", spaces(last.column))
            }
            Some(last) if !last.has_value() => format!("indent it with {}", spaces(last.column + STEP)),
            _ => "indent it with spaces".to_owned(),
        }
    };
    Some(ParseError::syntax(tab..tab + tabs, message, "tab").help(help))
}

/// Returns the last of the lines from this one on that all have a tab in their indentation.
pub(super) fn tab_run<'a>(text: &'a str, line: Line<'a>) -> Line<'a> {
    let run = lines(text, line.start).filter(|line| !line.text.trim().is_empty());
    run.take_while(|line| line.tab().is_some()).last().unwrap_or(line)
}

/// Returns the error for a key or list item whose column differs from that of its neighbours.
pub(super) fn wrong_column(text: &str, line: Line<'_>) -> Option<ParseError> {
    let parts = line.parts();
    if parts.dash.is_none() && parts.word().is_none() {
        return None;
    }
    let open = levels(text, line.start);
    let (index, expected) = expected(&open, &parts)?;
    if let Some(first) = first_key_out_of_line(text, line, &open, index) {
        return Some(finding(text, first, expected, parts.column, &open[..index]));
    }
    Some(finding(text, line, parts.column, expected, &open[..index]))
}

fn finding(text: &str, line: Line<'_>, column: usize, expected: usize, around: &[Level<'_>]) -> ParseError {
    let parts = line.parts();
    let (name, others) = match (parts.dash, parts.key) {
        (Some(_), _) => ("this list item".to_owned(), "items"),
        (None, key) => (quoted(key.unwrap_or_default()), "keys"),
    };
    let of = match around.last() {
        Some(Level { key: Some(key), .. }) => quoted(key),
        Some(Level { key: None, .. }) => "its list item".to_owned(),
        None => "the file".to_owned(),
    };
    let message = match expected {
        0 => format!("{name} is indented by {}, but the other {others} of {of} are not", spaces(column)),
        _ => {
            format!("{name} is indented by {}, but the other {others} of {of} by {expected}", spaces(column))
        }
    };
    let last = run(text, line, expected);
    let what = match (number(text, line.start), number(text, last.start)) {
        (first, last) if first < last => format!("the {others} of lines {first} to {last}"),
        _ if parts.dash.is_some() => "the item".to_owned(),
        _ => name,
    };
    let below = if block_end(text, last.start, column.max(expected)) > last.span().end {
        ", and the lines below with it"
    } else {
        ""
    };
    let help = match expected {
        0 => format!("remove the spaces before {what}{below}"),
        _ => format!("indent {what} by {}{below}", spaces(expected)),
    };
    let start = line.start + parts.column;
    let length = parts.dash.map_or_else(|| parts.key.map_or(1, str::len), |_| 1);
    let label = format!("{column}, not {expected}");
    ParseError::syntax(start..start + length, message, label).help(help)
}

/// Returns the column that a line should have: of the open keys, or list items, the one that is closest; with its index.
fn expected(open: &[Level<'_>], parts: &Parts<'_>) -> Option<(usize, usize)> {
    let is_item = parts.dash.is_some();
    let alike = open.iter().enumerate().filter(|(_, level)| level.key.is_none() == is_item);
    let distance = |column: usize| column.abs_diff(parts.column);
    // Of two that are equally close the inner one is meant: it is that of the line before.
    let (index, level) = alike.rev().min_by_key(|(_, level)| distance(level.column))?;
    (level.column != parts.column).then_some((index, level.column))
}

/// Returns the first key of an object, where it alone has another column than the keys from this line on.
fn first_key_out_of_line<'a>(
    text: &'a str,
    line: Line<'a>,
    open: &[Level<'a>],
    index: usize,
) -> Option<Line<'a>> {
    let level = open.get(index)?;
    let (column, around) = (line.indentation(), open[..index].last()?);
    let first = lines(text, around.line).skip(1).find(|line| !line.is_blank())?;
    let is_first = around.key.is_some() && first.start == level.line && column > around.column;
    let others = lines(text, line.start)
        .filter(|line| !line.is_blank())
        .take_while(|line| line.indentation() >= column)
        .filter(|line| line.indentation() == column);
    (is_first && first.parts().dash.is_none() && others.take(2).count() == 2).then_some(first)
}

/// Returns the last of the neighbours from this line on that share its wrong column.
pub(super) fn run<'a>(text: &'a str, line: Line<'a>, expected: usize) -> Line<'a> {
    let (column, mut last) = (line.indentation(), line);
    for next in lines(text, line.start).skip(1).filter(|line| !line.is_blank()) {
        if next.indentation() == column && next.parts().key.is_some() {
            last = next;
        } else if next.indentation() <= column.max(expected) {
            break;
        }
    }
    last
}

/// Returns the column that the neighbours of a line have, if it has another.
pub(super) fn expected_column(text: &str, line: Line<'_>) -> Option<usize> {
    expected(&levels(text, line.start), &line.parts()).map(|(_, expected)| expected)
}

/// Returns the key or list item below which a line is that is indented further than all keys with a value.
fn holder<'a, 'b>(open: &'b [Level<'a>]) -> Option<&'b Level<'a>> {
    let last = open.last()?;
    let around = if last.has_value() { &open[..open.len() - 1] } else { open };
    around.iter().rev().find(|level| level.key.is_some())
}

/// Returns the error for a text that belongs to the key above and is not indented further than that.
pub(super) fn text_of_key(text: &str, line: Line<'_>) -> Option<ParseError> {
    let open = levels(text, line.start);
    let level = open.last()?;
    let (key, column) = (level.key?, line.indentation());
    let directly_before = lines(&text[..line.start], level.line).skip(1).all(|line| line.is_blank());
    if !directly_before || column > level.column || level.has_value() && !level.is_block_text() {
        return None;
    }
    let message = format!("the text of {} is not indented further than its key", quoted(key));
    let wanted = spaces(level.column + STEP);
    let help = if level.is_block_text() {
        format!("indent all lines of the text by {wanted}")
    } else {
        format!("indent it by {wanted}, or write it after the colon")
    };
    let start = line.start + column;
    Some(
        ParseError::syntax(start..line.span().end, message, format!("belongs to {}", quoted(key))).help(help),
    )
}

/// Returns a number of spaces in words.
pub(super) fn spaces(count: usize) -> String {
    format!("{count} space{}", if count == 1 { "" } else { "s" })
}
