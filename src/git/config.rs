//! Git's settings as git itself reads them: with includes, worktree settings, and those of the environment.

use std::collections::BTreeMap;

/// The settings of a repository: the values of each name in the order in which git reads them.
///
/// Names are as `git config` prints them: in lower case, but for the part in the middle.
#[derive(Debug, Clone, Default)]
pub(super) struct Config(BTreeMap<String, Vec<String>>);

impl Config {
    /// Reads what `git config --null --list` prints: `name LF value NUL …`. A name without a value means `true`.
    pub(super) fn parse(listed: &str) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in listed.split_terminator('\0') {
            let (name, value) = line.split_once('\n').unwrap_or((line, "true"));
            values.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        Self(values)
    }

    /// Returns the value of a setting: the last one counts.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.last().map(String::as_str)
    }

    /// Returns all values of a setting.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns whether a setting has one of git's values for true.
    pub(super) fn is_true(&self, name: &str) -> bool {
        let is_yes = |word: &str| {
            ["true", "yes", "on"].iter().any(|yes| word.eq_ignore_ascii_case(yes))
                || word.parse::<i64>().is_ok_and(|number| number != 0)
        };
        self.get(name).is_some_and(is_yes)
    }

    /// Returns the names between `prefix` and `suffix`: of the remotes, for `remote.` and `.url`.
    pub(super) fn middles<'a>(&'a self, prefix: &'a str, suffix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().filter_map(move |name| name.strip_prefix(prefix)?.strip_suffix(suffix))
    }

    /// Returns whether there is a setting below `prefix`, which ends in a dot.
    pub(super) fn has_section(&self, prefix: &str) -> bool {
        self.0.range(prefix.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_counts_and_a_bare_name_says_yes() {
        let config = Config::parse(
            "user.name\nAda\0user.name\nAda\nLovelace\0core.bare\0remote.a.b.url\nx\0core.x\nOff\0core.y\n1\0",
        );
        assert_eq!(config.get("user.name"), Some("Ada\nLovelace"));
        assert_eq!(config.all("user.name").len(), 2);
        for (name, is_true) in [("core.bare", true), ("core.x", false), ("core.y", true), ("core.z", false)] {
            assert_eq!(config.is_true(name), is_true, "{name}");
        }
        assert_eq!(config.middles("remote.", ".url").collect::<Vec<_>>(), ["a.b"]);
        assert!(config.has_section("remote.a.b.") && !config.has_section("remote.a.c."));
        assert!(Config::parse("").get("user.name").is_none());
    }
}
