//! The copies of the built-in schemas that a registry has for editors. A mark distinguishes them from schemas of the registry's own:
//! they never replace anything.

use serde_json::Value;

use super::canonical;
use crate::settings::Digest;

/// The keyword that marks a copy. Its value is the digest of the rest of the file, so that an edited copy is noticed.
const MARK: &str = "x-modreg-copy";

/// The keyword for readers, which explains the mark.
const COMMENT: &str = "$comment";
const EXPLANATION: &str = "A copy of modreg's own schema, for editors; `modreg schema --update` renews it. For a schema of your own, remove x-modreg-copy.";

/// The origin of a file of `schema/` that has the name of a built-in schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A schema of the registry's own, which replaces the built-in one.
    Own,
    /// A copy of the built-in schema.
    Current,
    /// A copy of the built-in schema of another version of modreg.
    Outdated,
    /// A copy that was edited.
    Edited,
}

/// Returns the text of a copy of a built-in schema.
pub(super) fn marked(builtin: &str) -> String {
    let value = serde_json::from_str(builtin).unwrap_or_default();
    let head = format!(
        "{{\n  {}: {},\n  {}: {},\n",
        Value::from(MARK),
        Value::from(digest(&value)),
        Value::from(COMMENT),
        Value::from(EXPLANATION)
    );
    builtin.replacen("{\n", &head, 1)
}

/// Returns the origin of a file; a text that is not JSON is a schema of the registry's own, and an invalid one.
pub(super) fn origin(text: &str, builtin: &str) -> Origin {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = |text| serde_json::from_str::<Value>(text).unwrap_or_default();
    let value = parsed(text);
    let Some(mark) = value.get(MARK) else { return Origin::Own };
    let is_of = |value: &Value| mark.as_str() == Some(&digest(value));
    match (is_of(&value), is_of(&parsed(builtin))) {
        (false, _) => Origin::Edited,
        (true, true) => Origin::Current,
        (true, false) => Origin::Outdated,
    }
}

/// Returns the digest of a schema without its mark.
fn digest(schema: &Value) -> String {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.retain(|key, _| key != MARK && key != COMMENT);
    }
    Digest::of(canonical::text(&schema).as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILTIN: &str = "{\n  \"title\": \"Module\",\n  \"type\": \"object\"\n}\n";

    #[test]
    fn a_copy_is_distinguished_from_a_registrys_own_schema() {
        let copy = marked(BUILTIN);
        let older = marked(&BUILTIN.replace("Module", "Modul"));
        for (text, expected) in [
            (copy.clone(), Origin::Current),
            (copy.replace('\n', "\r\n"), Origin::Current),
            (format!("\u{feff}{}", copy.replace("  ", "\t")), Origin::Current),
            (older, Origin::Outdated),
            (copy.replace("\"object\"", "\"array\""), Origin::Edited),
            (BUILTIN.to_owned(), Origin::Own),
            (copy.replace(MARK, "x-was-a-copy"), Origin::Own),
            ("{".to_owned(), Origin::Own),
        ] {
            assert_eq!(origin(&text, BUILTIN), expected, "{text}");
        }
    }

    #[test]
    fn a_copy_starts_with_its_mark_and_has_the_same_content() {
        let copy: Value = serde_json::from_str(&marked(BUILTIN)).unwrap();
        let keys: Vec<_> = copy.as_object().unwrap().keys().collect();
        assert_eq!(keys, [MARK, COMMENT, "title", "type"]);
    }
}
