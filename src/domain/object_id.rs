//! The id of an object in git's object model.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The hash by which a repository names its objects (`extensions.objectFormat` in Git's settings).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectFormat {
    /// The hash SHA-1, of 20 bytes.
    #[default]
    Sha1,
    /// The hash SHA-256, of 32 bytes.
    Sha256,
}

impl ObjectFormat {
    /// Returns how many bytes an id has.
    pub const fn id_length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// The id of a git blob, tree or commit: 40 or 64 lower-case hexadecimal digits.
///
/// Ids of one repository have one format and sort by their bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ObjectId {
    /// The SHA-1 of an object.
    Sha1([u8; 20]),
    /// The SHA-256 of an object.
    Sha256([u8; 32]),
}

/// The error for a text that is not an [`ObjectId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an object id: expected 40 or 64 lower-case hexadecimal digits", .0.escape_debug())]
pub struct InvalidObjectId(String);

impl ObjectId {
    /// Wraps the 20 or 32 bytes of an id; with another length there is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let sha1 = || bytes.try_into().ok().map(Self::Sha1);
        let sha256 = || bytes.try_into().ok().map(Self::Sha256);
        sha1().or_else(sha256)
    }

    /// Returns the bytes of the id.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha1(bytes) => bytes,
            Self::Sha256(bytes) => bytes,
        }
    }

    /// Returns which hash the id is.
    pub const fn format(&self) -> ObjectFormat {
        match self {
            Self::Sha1(_) => ObjectFormat::Sha1,
            Self::Sha256(_) => ObjectFormat::Sha256,
        }
    }
}

impl FromStr for ObjectId {
    type Err = InvalidObjectId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes();
        let bytes: Option<Vec<u8>> = digits
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => Some(hex_digit(*high)? << 4 | hex_digit(*low)?),
                _ => None,
            })
            .collect();
        bytes.and_then(|bytes| Self::from_bytes(&bytes)).ok_or_else(|| InvalidObjectId(text.to_owned()))
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl TryFrom<String> for ObjectId {
    type Error = InvalidObjectId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256: &str = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";

    #[test]
    fn display_and_parse_are_inverse() {
        for (text, format) in
            [("4b825dc642cb6eb9a060e54bf8d69288fbee4904", ObjectFormat::Sha1), (SHA256, ObjectFormat::Sha256)]
        {
            let id: ObjectId = text.parse().unwrap();
            assert_eq!((id.to_string().as_str(), id.format()), (text, format));
            assert_eq!(id.as_bytes().len(), format.id_length());
        }
    }

    #[test]
    fn texts_that_git_does_not_print_are_refused() {
        for text in [
            "",
            "4b825d",
            "4B825DC642CB6EB9A060E54BF8D69288FBEE4904",
            "zz825dc642cb6eb9a060e54bf8d69288fbee4904",
            &SHA256[1..],
            &SHA256[2..],
        ] {
            assert!(text.parse::<ObjectId>().is_err(), "{text:?}");
        }
    }
}
