//! Who commits, and when: as git itself finds it out.

use super::{
    Repository,
    error::{Context, GitError, GitErrorKind},
};

/// A point in time with the offset from UTC that a commit shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970 in UTC.
    pub seconds: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i32,
}

impl Moment {
    /// A point in time as it is in UTC.
    pub fn utc(timestamp: jiff::Timestamp) -> Self {
        Self { seconds: timestamp.as_second(), offset_minutes: 0 }
    }

    /// The point in time, without the offset; a time that no calendar has is the nearest one that has a date.
    pub fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.seconds).unwrap_or(if self.seconds < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// Reads the dates that git takes from its environment: `@1700000000 +0100`, RFC 2822 and ISO 8601.
    fn parse(text: &str) -> Option<Self> {
        if let Some((seconds, offset)) = text.trim_start_matches('@').split_once(' ')
            && let Ok(seconds) = seconds.parse()
        {
            return Some(Self { seconds, offset_minutes: parse_offset(offset)? });
        }
        if let Some(seconds) = text.strip_prefix('@') {
            return Some(Self { seconds: seconds.parse().ok()?, offset_minutes: 0 });
        }
        let zoned = jiff::fmt::rfc2822::parse(text)
            .or_else(|_| jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%:z", text)?.to_zoned())
            .or_else(|_| jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S %z", text)?.to_zoned());
        if let Ok(zoned) = zoned {
            let seconds = zoned.timestamp().as_second();
            return Some(Self { seconds, offset_minutes: zoned.offset().seconds() / 60 });
        }
        text.parse().ok().map(Self::utc)
    }
}

/// `+0130` as minutes.
fn parse_offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let number: i32 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Some(sign * (number / 100 * 60 + number % 100))
}

/// Somebody at some time, as a commit records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// When.
    pub moment: Moment,
}

impl Person {
    pub(super) fn signature(&self) -> Result<git2::Signature<'static>, GitError> {
        let time = git2::Time::new(self.moment.seconds, self.moment.offset_minutes);
        git2::Signature::new(&self.name, &self.email, &time)
            .context(|| format!("use the name `{}`", self.name))
    }
}

/// Who wrote a commit and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who wrote it.
    pub author: Person,
    /// Who made it.
    pub committer: Person,
    /// Whether nobody is configured, and `modreg` signs in its own name.
    pub is_fallback: bool,
}

/// Git's environment variables about people, read by the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityEnv {
    /// `GIT_AUTHOR_NAME`.
    pub author_name: Option<String>,
    /// `GIT_AUTHOR_EMAIL`.
    pub author_email: Option<String>,
    /// `GIT_AUTHOR_DATE`.
    pub author_date: Option<String>,
    /// `GIT_COMMITTER_NAME`.
    pub committer_name: Option<String>,
    /// `GIT_COMMITTER_EMAIL`.
    pub committer_email: Option<String>,
    /// `GIT_COMMITTER_DATE`.
    pub committer_date: Option<String>,
}

impl Repository {
    /// Who commits: the environment before `author.*` and `committer.*` before `user.*` in git's settings.
    ///
    /// Where no name or no address is to be found, it is `modreg <modreg@localhost>`.
    pub fn identity(&self, env: &IdentityEnv, now: Moment) -> Result<Identity, GitError> {
        let settings = self.commit_settings()?;
        resolve(env, now, |key| settings.get(key).cloned())
    }
}

fn resolve(
    env: &IdentityEnv,
    now: Moment,
    setting: impl Fn(&str) -> Option<String>,
) -> Result<Identity, GitError> {
    let usable = |text: &str| Some(clean(text)).filter(|text| !text.is_empty());
    let mut is_fallback = false;
    let mut find = |given: &Option<String>, role: &str, key: &str, fallback: &str| {
        let set = |section: &str| usable(&setting(&format!("{section}.{key}"))?);
        let found = given.as_deref().and_then(usable).or_else(|| set(role)).or_else(|| set("user"));
        found.unwrap_or_else(|| {
            is_fallback = true;
            fallback.to_owned()
        })
    };
    let mut person = |name, email, role, moment| Person {
        name: find(name, role, "name", "modreg"),
        email: find(email, role, "email", "modreg@localhost"),
        moment,
    };
    let author_moment = moment("GIT_AUTHOR_DATE", env.author_date.as_deref(), now)?;
    let committer_moment = moment("GIT_COMMITTER_DATE", env.committer_date.as_deref(), now)?;
    let author = person(&env.author_name, &env.author_email, "author", author_moment);
    let committer = person(&env.committer_name, &env.committer_email, "committer", committer_moment);
    Ok(Identity { author, committer, is_fallback })
}

fn moment(variable: &str, given: Option<&str>, now: Moment) -> Result<Moment, GitError> {
    let Some(text) = given.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(now);
    };
    Moment::parse(text).ok_or_else(|| {
        let reason = format!("`{}` in {variable} is not a date", text.escape_debug());
        GitError::new("could not find out the date of the commit", GitErrorKind::InvalidInput { reason })
    })
}

/// Drops what git drops from names and addresses: angle brackets, control characters, and punctuation at the ends.
fn clean(text: &str) -> String {
    let kept: String = text.chars().filter(|&c| c != '<' && c != '>' && !c.is_control()).collect();
    let is_crud = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ':' | ';' | '"' | '\\' | '\'');
    kept.trim_matches(is_crud).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_git_reads_them() {
        for (text, expected) in [
            ("@1700000000 +0130", Some((1_700_000_000, 90))),
            ("1700000000 -0500", Some((1_700_000_000, -300))),
            ("@5", Some((5, 0))),
            ("2023-11-14T22:13:20Z", Some((1_700_000_000, 0))),
            ("2023-11-14T23:13:20+01:00", Some((1_700_000_000, 60))),
            ("2023-11-14 23:13:20 +0100", Some((1_700_000_000, 60))),
            ("Tue, 14 Nov 2023 22:13:20 +0000", Some((1_700_000_000, 0))),
            ("yesterday", None),
            ("@x +0100", None),
            ("5 0100", None),
        ] {
            let expected = expected.map(|(seconds, offset_minutes)| Moment { seconds, offset_minutes });
            assert_eq!(Moment::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn the_environment_comes_before_the_role_and_the_role_before_the_user() {
        let now = Moment { seconds: 7, offset_minutes: 0 };
        let env = IdentityEnv {
            author_name: Some("Env".into()),
            author_date: Some("@5 +0100".into()),
            committer_email: Some(" <> ".into()),
            ..IdentityEnv::default()
        };
        let settings = |key: &str| match key {
            "committer.name" => Some("Role".to_owned()),
            "user.name" => Some("User".to_owned()),
            "user.email" => Some("user@example.org".to_owned()),
            _ => None,
        };
        let person =
            |name: &str, moment| Person { name: name.into(), email: "user@example.org".into(), moment };
        let identity = resolve(&env, now, settings).unwrap();
        assert_eq!(identity.author, person("Env", Moment { seconds: 5, offset_minutes: 60 }));
        assert_eq!(identity.committer, person("Role", now));
        assert!(!identity.is_fallback);

        let identity = resolve(&IdentityEnv::default(), now, |_| None).unwrap();
        assert!(identity.is_fallback);
        assert_eq!(
            (identity.author.name.as_str(), identity.author.email.as_str()),
            ("modreg", "modreg@localhost")
        );

        let env = IdentityEnv { committer_date: Some("soon".into()), ..IdentityEnv::default() };
        assert!(matches!(
            resolve(&env, now, |_| None).unwrap_err().kind(),
            GitErrorKind::InvalidInput { .. }
        ));
    }

    #[test]
    fn names_lose_what_would_break_a_commit() {
        assert_eq!(clean(" A <b>\n\u{0} C. "), "A b C");
    }
}
