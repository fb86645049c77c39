//! Numbers of bytes as people write them.

use super::error::MessageAndHelp;
use crate::domain::quoted;

/// Reads `1 MiB`, `512KiB`, `4096 B` or `4096`; units of 1,000 are refused, for half of the people mean 1,024 by them.
pub(super) fn parse(text: &str) -> Result<usize, MessageAndHelp> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim_start() {
        "" | "B" => Some(1),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        _ => None,
    };
    let bytes =
        number.parse::<usize>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    bytes.ok_or_else(|| {
        let help = "write a number of bytes, or a text such as \"512 KiB\" or \"1 MiB\"";
        (format!("{} is not a size", quoted(text)), help.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_binary_units() {
        for (text, bytes) in [
            ("1 MiB", Some(1 << 20)),
            ("512KiB", Some(512 << 10)),
            (" 4096 ", Some(4096)),
            ("7 B", Some(7)),
            ("", None),
            ("MiB", None),
            ("1 MB", None),
            ("1.5 MiB", None),
            ("-1", None),
            ("99999999999999999999", None),
            ("18446744073709551615 MiB", None),
        ] {
            assert_eq!(parse(text).ok(), bytes, "{text:?}");
        }
    }
}
