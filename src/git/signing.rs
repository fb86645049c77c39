//! Signing a commit as git's settings ask for it: in the format, by the programs and keys named there.

use std::time::Duration;

use super::{
    NewCommit, Person, Repository,
    error::{Context, GitError, GitErrorKind},
    push::gist,
};
use crate::domain::ObjectId;

/// How long a person may take to unlock a key.
const PATIENCE: Duration = Duration::from_mins(5);

impl Repository {
    /// Whether git's settings ask for signed commits.
    pub(super) fn signs_commits(&self) -> Result<bool, GitError> {
        match self.commit_settings()?.get("commit.gpgsign") {
            Some(value) => git2::Config::parse_bool(value.as_str())
                .context(|| "read `commit.gpgsign` in git's settings".to_owned()),
            None => Ok(false),
        }
    }

    /// Lets git write a commit object with a signature, flushed to the disk, and gives its id.
    pub(super) fn signed_commit(&self, commit: &NewCommit<'_>) -> Result<ObjectId, GitError> {
        let context = "sign the commit";
        let mut args: Vec<String> = [
            "-c",
            "core.fsync=committed,loose-object",
            "-c",
            "i18n.commitEncoding=UTF-8",
            "commit-tree",
            "-S",
            "-F",
            "-",
        ]
        .map(str::to_owned)
        .into();
        for parent in commit.parents {
            args.extend(["-p".to_owned(), parent.to_string()]);
        }
        args.push(commit.tree.to_string());
        let (author, committer) = (&commit.identity.author, &commit.identity.committer);
        let ran = self
            .program(context, &args, PATIENCE)
            .input(commit.message.as_bytes())
            .env("GIT_AUTHOR_NAME", &author.name)
            .env("GIT_AUTHOR_EMAIL", &author.email)
            .env("GIT_AUTHOR_DATE", &date(author))
            .env("GIT_COMMITTER_NAME", &committer.name)
            .env("GIT_COMMITTER_EMAIL", &committer.email)
            .env("GIT_COMMITTER_DATE", &date(committer))
            .run()?;
        if ran.is_success()
            && let Ok(id) = ran.out.trim_end().parse()
        {
            return Ok(id);
        }
        let said = if ran.status.is_none() { "it took too long".to_owned() } else { gist(&ran.err) };
        Err(GitError::new(format!("could not {context}"), GitErrorKind::Unsigned { said }))
    }
}

/// A date in git's own form: `@1700000000 +0130`.
fn date(person: &Person) -> String {
    let offset = person.moment.offset_minutes;
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    format!("@{} {sign}{hours:02}{minutes:02}", person.moment.seconds)
}
