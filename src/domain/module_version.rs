//! The semantic version of a module, and the one that an author most likely meant.

use semver::Version;

use super::quote::quoted;

/// Parses a semantic version. The error is a message for the author.
pub fn parse_version(text: &str) -> Result<Version, String> {
    Version::parse(text).map_err(|error| format!("{} is not a semantic version: {error}", quoted(text)))
}

/// Returns the semantic version that is closest to what was written: `v1.0` is `1.0.0`, or `None` if none is close.
pub fn nearest_version(written: &str) -> Option<String> {
    let trimmed = written.trim().trim_end_matches([',', ';', '.']).trim_start_matches('=').trim_start();
    let plain = trimmed.strip_prefix(['v', 'V']).unwrap_or(trimmed).trim_start_matches(['.', ' ']);
    let end = plain.find(['-', '+']).unwrap_or(plain.len());
    let (numbers, rest) = plain.split_at(end);
    let version = match date(plain) {
        Some(date) => date,
        None => format!("{}{}", three(numbers)?, without_leading_zeros(rest)),
    };
    Version::parse(&version).is_ok().then_some(version)
}

/// Returns up to three numbers, or wildcards for them, as exactly three numbers.
fn three(numbers: &str) -> Option<String> {
    let mut parts = numbers.split('.').map(number).collect::<Option<Vec<_>>>()?;
    parts.resize(3, "0");
    Some(parts.join("."))
}

/// Returns a number without leading zeros; a wildcard is 0.
fn number(part: &str) -> Option<&str> {
    match part {
        "x" | "X" | "*" => Some("0"),
        digits if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => None,
        digits => {
            Some(digits.trim_start_matches('0')).map(|digits| if digits.is_empty() { "0" } else { digits })
        }
    }
}

/// Returns a date as a version: `2026-01-31` is `2026.1.31`.
fn date(written: &str) -> Option<String> {
    let parts: Vec<_> = written.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let is_date = (year.len(), month.len(), day.len()) == (4, 2, 2);
    is_date.then(|| Some([number(year)?, number(month)?, number(day)?].join("."))).flatten()
}

/// Returns the part after the numbers, whose own numbers have no leading zeros either.
fn without_leading_zeros(rest: &str) -> String {
    let (pre, build) = rest.split_once('+').map_or((rest, None), |(pre, build)| (pre, Some(build)));
    let Some(pre) = pre.strip_prefix('-') else { return rest.to_owned() };
    let parts: Vec<_> = pre.split('.').map(|part| number(part).unwrap_or(part)).collect();
    let build = build.map_or_else(String::new, |build| format!("+{build}"));
    format!("-{}{build}", parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_version_is_a_semantic_one() {
        for (written, expected) in [
            ("0.2", Some("0.2.0")),
            ("1", Some("1.0.0")),
            ("1.10", Some("1.10.0")),
            ("v1.0", Some("1.0.0")),
            ("V1.2.3", Some("1.2.3")),
            ("v1.2.3-rc.1+b", Some("1.2.3-rc.1+b")),
            ("01.2.3", Some("1.2.3")),
            ("1.0.0-01", Some("1.0.0-1")),
            ("1.2.3.4", Some("1.2.3")),
            ("1.x", Some("1.0.0")),
            (" 1.2.3, ", Some("1.2.3")),
            ("=1.2.3", Some("1.2.3")),
            ("2026-01-31", Some("2026.1.31")),
            ("2026.01", Some("2026.1.0")),
            ("1.0-beta", Some("1.0.0-beta")),
            ("latest", None),
            ("", None),
            ("-1", None),
            ("1e3", None),
            ("1..2", None),
            ("1.0.0-ä", None),
            ("99999999999999999999.0.0", None),
        ] {
            assert_eq!(nearest_version(written).as_deref(), expected, "{written}");
        }
    }
}
