//! The form of a commit object: `key SP value LF` for each header, an empty line, the message.

use crate::domain::{ObjectFormat, ObjectId};

/// A point in time with the offset from UTC that a commit shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970 in UTC.
    pub seconds: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i32,
}

impl Moment {
    /// Returns the point in time, without the offset; a time that no calendar has is the nearest one that has a date.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.seconds).unwrap_or(if self.seconds < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// Reads `1700000000 +0130`.
    fn parse(text: &str) -> Option<Self> {
        let (seconds, offset) = text.split_once(' ')?;
        let number: i32 = offset.parse().ok()?;
        Some(Self { seconds: seconds.parse().ok()?, offset_minutes: number / 100 * 60 + number % 100 })
    }
}

/// The content of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The root tree.
    pub tree: ObjectId,
    /// The commits that it follows, in their order.
    pub parents: Vec<ObjectId>,
    /// The author: `name <address>`.
    pub author: String,
    /// The time at which it was made.
    pub time: Moment,
    /// The whole message.
    pub message: String,
}

/// A commit object that does not have git's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the commit has no readable `{header}`")]
pub struct DamagedCommit {
    /// The header that is missing or unreadable.
    pub header: &'static str,
}

/// Reads a commit object, whose ids have the format of its repository. Bytes that are not UTF-8 are replaced.
pub fn decode_commit(format: ObjectFormat, bytes: &[u8]) -> Result<Commit, DamagedCommit> {
    let text = String::from_utf8_lossy(bytes);
    let (headers, message) = text.split_once("\n\n").unwrap_or((&text, ""));
    let values = |header: &'static str| {
        headers.lines().filter_map(move |line| line.strip_prefix(header)?.strip_prefix(' '))
    };
    let damaged = |header| DamagedCommit { header };
    let first = |header| values(header).next().ok_or(damaged(header));
    let id = |text: &str| text.parse().ok().filter(|id: &ObjectId| id.format() == format);
    // As Git shows them: an unknown person, at the beginning of time.
    let author = first("author").unwrap_or_default();
    let committer = first("committer").unwrap_or_default();
    let time = Moment::parse(committer[person(committer).len()..].trim_start());
    Ok(Commit {
        tree: id(first("tree")?).ok_or(damaged("tree"))?,
        parents: values("parent").map(id).collect::<Option<_>>().ok_or(damaged("parent"))?,
        author: person(author).to_owned(),
        time: time.unwrap_or(Moment { seconds: 0, offset_minutes: 0 }),
        message: message.to_owned(),
    })
}

/// Returns the `name <address>` at the start of `name <address> seconds offset`.
fn person(text: &str) -> &str {
    text.rfind('>').map_or(text, |end| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
        parent e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n\
        parent ce013625030ba8dba906f756967f9e9ca394464a\n\
        author Ada <L.> <ada@example.org> 7 +0000\n\
        committer Bo <bo@example.org> 1700000000 -0130\n\
        gpgsig -----BEGIN-----\n author no one\n -----END-----\n\
        \n\
        subject\n\nparent of all\n";

    #[test]
    fn a_commit_is_read_without_its_signature() {
        let commit = decode_commit(ObjectFormat::Sha1, COMMIT.as_bytes()).unwrap();
        assert_eq!(commit.tree.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        assert_eq!(commit.parents.len(), 2);
        assert_eq!(commit.author, "Ada <L.> <ada@example.org>");
        assert_eq!(commit.time, Moment { seconds: 1_700_000_000, offset_minutes: -90 });
        assert_eq!(commit.message, "subject\n\nparent of all\n");
    }

    #[test]
    fn ids_that_are_missing_or_of_the_other_format_are_named() {
        for (from, to, header) in [("tree 4b", "tree zz", "tree"), ("parent ce", "parent c", "parent")] {
            let changed = COMMIT.replace(from, to);
            let read = decode_commit(ObjectFormat::Sha1, changed.as_bytes());
            assert_eq!(read, Err(DamagedCommit { header }), "{from}");
        }
        let no_date = COMMIT.replace("1700000000 -0130", "soon");
        let read = decode_commit(ObjectFormat::Sha1, no_date.as_bytes()).unwrap();
        assert_eq!(read.time, Moment { seconds: 0, offset_minutes: 0 });
        assert!(decode_commit(ObjectFormat::Sha256, COMMIT.as_bytes()).is_err());
    }
}
