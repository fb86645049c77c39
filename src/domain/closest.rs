//! Did you mean: the known word that a misspelt one was most likely to be.

/// Returns the candidate closest to `word`, or `None` if none is close enough to be worth a hint.
///
/// Case, `_` and `-` do not count at all; beyond that, one slip is forgiven in a word of three letters, and one more for
/// each three letters (Damerau-Levenshtein). Of equally close ones the first wins.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// A longer word is hardly a misspelling, and the time to compare it grows with its square.
    const MAX_LENGTH: usize = 100;
    if word.len() > MAX_LENGTH {
        return None;
    }
    let folded = fold(word);
    let allowed = folded.chars().count() / 3;
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_LENGTH && *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> String {
    word.chars()
        .filter(|character| !matches!(character, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_are_recognized_and_other_words_are_not() {
        let known = ["purpose", "keywords", "contextProviders", "type", "PRODUCTIVITY", "OTHER"];
        for (word, expected) in [
            ("purpos", Some("purpose")),
            ("pruposes", Some("purpose")),
            ("keyword", Some("keywords")),
            ("context_providers", Some("contextProviders")),
            ("Context-Providers", Some("contextProviders")),
            ("tpye", Some("type")),
            ("PRODUCTVITY", Some("PRODUCTIVITY")),
            ("productivity", Some("PRODUCTIVITY")),
            ("other", Some("OTHER")),
            ("color", None),
            ("", None),
            ("tag", None),
            (&"x".repeat(10_000), None),
        ] {
            assert_eq!(closest(word, known), expected, "{word}");
        }
    }
}
