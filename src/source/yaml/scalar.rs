//! The meaning of an unquoted YAML scalar: the forms that `serde_yaml` knows, which are nearly those of YAML 1.2's core schema.

use crate::source::tree::number::Number;

/// The meaning of an unquoted scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Resolved {
    Null,
    Bool(bool),
    Number(Number),
    /// A number that is not finite or out of range.
    BadNumber(f64),
    /// The text itself.
    String,
}

/// Returns the meaning of an unquoted scalar.
pub(super) fn resolve(plain: &str) -> Resolved {
    match plain.as_bytes().first() {
        None => Resolved::Null,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(plain),
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F') => word(plain),
        Some(_) => Resolved::String,
    }
}

fn word(plain: &str) -> Resolved {
    match plain {
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        _ => Resolved::String,
    }
}

fn number(plain: &str) -> Resolved {
    let (is_negative, unsigned) = match plain.as_bytes()[0] {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    if let Some(integer) = integer(unsigned) {
        let signed = if is_negative { -integer } else { integer };
        #[expect(
            clippy::cast_precision_loss,
            reason = "only the sign counts of a number that is out of range"
        )]
        return Number::from_integer(signed).map_or(Resolved::BadNumber(signed as f64), Resolved::Number);
    }
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            return Resolved::BadNumber(if is_negative { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == plain.len() => return Resolved::BadNumber(f64::NAN),
        _ => {}
    }
    let has_leading_zero = unsigned.len() > 1 && unsigned.starts_with('0') && is_digits(unsigned);
    // A letter or a second sign first would let Rust's own words for numbers in (`-inf`).
    if has_leading_zero || !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Resolved::String;
    }
    match unsigned.parse::<f64>() {
        Ok(float) => {
            let signed = if is_negative { -float } else { float };
            Number::from_float(signed).map_or(Resolved::BadNumber(signed), Resolved::Number)
        }
        Err(_) => Resolved::String,
    }
}

/// Returns an integer without its sign: decimal without leading zeros, or with one of the prefixes `0x`, `0o`, `0b`.
fn integer(unsigned: &str) -> Option<i128> {
    let prefixed =
        |prefix: &str| unsigned.strip_prefix(prefix).filter(|digits| !digits.starts_with(['+', '-']));
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = prefixed(prefix) {
            return i128::from_str_radix(digits, radix).ok();
        }
    }
    let is_plain = is_digits(unsigned) && (unsigned.len() == 1 || !unsigned.starts_with('0'));
    is_plain.then(|| unsigned.parse().ok()).flatten()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(number: i64) -> Resolved {
        Resolved::Number(Number::Integer(number))
    }

    fn float(number: f64) -> Resolved {
        Resolved::Number(Number::Float(number))
    }

    #[test]
    fn reads_the_forms_of_serde_yaml() {
        for (plain, meaning) in [
            ("~", Resolved::Null),
            ("null", Resolved::Null),
            ("nUll", Resolved::String),
            ("True", Resolved::Bool(true)),
            ("FALSE", Resolved::Bool(false)),
            ("yes", Resolved::String),
            ("no", Resolved::String),
            ("on", Resolved::String),
            ("y", Resolved::String),
            ("0", int(0)),
            ("-0", int(0)),
            ("+12", int(12)),
            ("-12", int(-12)),
            ("+-12", Resolved::String),
            ("--1", Resolved::String),
            ("007", Resolved::String),
            ("-007", Resolved::String),
            ("0x1F", int(31)),
            ("-0x1F", int(-31)),
            ("+0x1f", int(31)),
            ("0X1F", Resolved::String),
            ("0x-1", Resolved::String),
            ("0x", Resolved::String),
            ("0o17", int(15)),
            ("0o8", Resolved::String),
            ("0b101", int(5)),
            ("-0b1", int(-1)),
            ("1_000", Resolved::String),
            ("1.0", int(1)),
            ("1.10", float(1.1)),
            ("01.5", float(1.5)),
            (".5", float(0.5)),
            ("-.5", float(-0.5)),
            ("5.", int(5)),
            (".", Resolved::String),
            ("-", Resolved::String),
            ("+", Resolved::String),
            ("1e3", int(1000)),
            ("1E-1", float(0.1)),
            ("1e", Resolved::String),
            ("12e03x", Resolved::String),
            ("inf", Resolved::String),
            ("-inf", Resolved::String),
            ("+nan", Resolved::String),
            ("-Infinity", Resolved::String),
            ("nan", Resolved::String),
            ("+.nan", Resolved::String),
            (".inf", Resolved::BadNumber(f64::INFINITY)),
            ("+.Inf", Resolved::BadNumber(f64::INFINITY)),
            ("-.INF", Resolved::BadNumber(f64::NEG_INFINITY)),
            ("1.2.3", Resolved::String),
            ("2024-01-31", Resolved::String),
            ("12:30", Resolved::String),
            ("9007199254740991", int(9_007_199_254_740_991)),
            ("-9007199254740991", int(-9_007_199_254_740_991)),
        ] {
            assert_eq!(resolve(plain), meaning, "{plain}");
            if !matches!(meaning, Resolved::BadNumber(_)) {
                agrees_with_serde_yaml(plain, meaning);
            }
        }
    }

    fn agrees_with_serde_yaml(plain: &str, meaning: Resolved) {
        let theirs = serde_yaml::from_str::<serde_json::Value>(&format!("[{plain}]")).unwrap();
        let theirs = &theirs[0];
        let same = match meaning {
            Resolved::Null => theirs.is_null(),
            Resolved::Bool(truth) => theirs == truth,
            #[expect(clippy::cast_precision_loss, reason = "the table has small numbers")]
            Resolved::Number(Number::Integer(number)) => theirs.as_f64() == Some(number as f64),
            Resolved::Number(Number::Float(number)) => theirs.as_f64() == Some(number),
            Resolved::BadNumber(_) => false,
            Resolved::String => theirs == plain,
        };
        assert!(same, "{plain}: {theirs}");
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for plain in [
            "9007199254740992",
            "-9007199254740992",
            "340282366920938463463374607431768211456",
            "999999999999999999999999999999999999999999999999",
            "0x20000000000000",
            "1e16",
            "-1e999",
            ".nan",
        ] {
            assert!(matches!(resolve(plain), Resolved::BadNumber(_)), "{plain}");
        }
    }
}
