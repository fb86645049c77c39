//! Preparing the messages of git and of remotes for display.

use crate::domain::clip;

/// Returns the useful part of the messages of a failed run: those of the remote and the errors, in one clipped line without
/// credentials.
pub(in crate::git) fn summary(message: &str) -> String {
    const MAX_LENGTH: usize = 401;
    let is_telling = |line: &&str| {
        !line.is_empty()
            && !line.starts_with("hint:")
            && !line.starts_with("To ")
            && !line.starts_with("failed to push some refs")
    };
    let lines: Vec<&str> = message
        .lines()
        .map(|line| line.trim_start_matches("remote: ").trim())
        .map(|line| line.trim_start_matches("fatal: ").trim_start_matches("error: "))
        .filter(is_telling)
        .collect();
    clip(&without_credentials(&lines.join("; ")), MAX_LENGTH).into_owned()
}

/// Returns a text without the credentials of the addresses in it.
pub(in crate::git) fn without_credentials(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (scheme, address) = rest.split_at(at + "://".len());
        shown.push_str(scheme);
        let is_end = |c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"';
        let authority = &address[..address.find(is_end).unwrap_or(address.len())];
        rest = authority.rfind('@').map_or(address, |at| &address[at + 1..]);
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_short_and_contain_no_password() {
        for (message, expected) in [
            ("To https://x\nremote: no\nerror: failed to push some refs to 'x'\nhint: pull\n", "no"),
            ("remote: error: a \nfatal: b\n", "a; b"),
            (
                "fatal: unable to access 'https://me:secret@git.example.org/r/': no",
                "unable to access 'https://git.example.org/r/': no",
            ),
            ("https://a@b@c/d@e and ssh://f@g", "https://c/d@e and ssh://g"),
            ("no address: // @", "no address: // @"),
        ] {
            assert_eq!(summary(message), expected, "{message}");
        }
        assert_eq!(summary(&"é".repeat(1000)).chars().count(), 401);
    }
}
