//! Shortens long lists for people to their first lines and the number of the others.
//!
//! No other file shortens a list of lines. Reports for programs are never shortened.

use super::Style;

/// The most lines that a terminal shows of one list of changes.
pub const MAX_LINES: usize = 20;

/// The most lines that a terminal shows of removals that a guard refused: a person has to read them before allowing
/// them.
pub const MAX_REMOVALS: usize = 50;

/// Returns the first lines of a list, and a last one with the number of the others, where `style` has a limit that the
/// list exceeds.
///
/// `noun` names what one line is about, in the singular; `elsewhere` says where all of them can be read.
pub fn shorten(lines: Vec<String>, noun: &str, elsewhere: &str, style: Style) -> Vec<String> {
    cut(lines, style.max_lines, noun, elsewhere, style)
}

/// Shortens the list of removals that a guard refused like [`shorten`], but shows more of them.
pub fn shorten_removals(lines: Vec<String>, elsewhere: &str, style: Style) -> Vec<String> {
    cut(lines, style.max_lines.map(|limit| limit.max(MAX_REMOVALS)), "removal", elsewhere, style)
}

fn cut(
    mut lines: Vec<String>,
    limit: Option<usize>,
    noun: &str,
    elsewhere: &str,
    style: Style,
) -> Vec<String> {
    let Some(limit) = limit.filter(|limit| lines.len() > *limit) else { return lines };
    let more = lines.len() - limit;
    lines.truncate(limit);
    let plural = if more == 1 { "" } else { "s" };
    lines.push(format!("{} and {more} more {noun}{plural}; {elsewhere}", style.symbol("…", "...")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(count: usize) -> Vec<String> {
        (1..=count).map(|number| number.to_string()).collect()
    }

    #[test]
    fn only_lists_longer_than_the_limit_are_shortened() {
        let limited = |limit| Style { max_lines: limit, ..Style::PLAIN };
        let rest = "`--format json` lists all";
        for (count, limit, shown, last) in [
            (0, Some(2), 0, None),
            (2, Some(2), 2, Some("2")),
            (3, Some(2), 3, Some("… and 1 more change; `--format json` lists all")),
            (593, Some(20), 21, Some("… and 573 more changes; `--format json` lists all")),
            (593, None, 593, Some("593")),
        ] {
            let lines = shorten(numbered(count), "change", rest, limited(limit));
            assert_eq!((lines.len(), lines.last().map(String::as_str)), (shown, last), "{count} {limit:?}");
        }
        let ascii = shorten(numbered(3), "change", rest, Style { unicode: false, ..limited(Some(1)) });
        assert_eq!(ascii, ["1", "... and 2 more changes; `--format json` lists all"]);
    }

    #[test]
    fn more_lines_are_shown_of_refused_removals() {
        let style = Style { max_lines: Some(MAX_LINES), ..Style::PLAIN };
        assert_eq!(shorten_removals(numbered(50), "", style), numbered(50));
        let last = shorten_removals(numbered(60), "`--format json` lists all", style).pop();
        assert_eq!(last.as_deref(), Some("… and 10 more removals; `--format json` lists all"));
        assert_eq!(shorten_removals(numbered(60), "", Style::PLAIN).len(), 60);
    }
}
