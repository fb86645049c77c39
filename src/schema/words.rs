//! How values, fields and lists of words look in messages.

use crate::{
    domain::{Pointer, excerpt, quoted},
    source::{Format, Node, Number, Value},
};

/// Finds how the author wrote the value at a route.
pub(super) type Spelling<'a> = dyn Fn(&Pointer) -> Option<String> + 'a;

/// Returns the words as a list in quotes: `` `a`, `b` or `c` ``; of many, the first ones.
pub(super) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MAX_COUNT: usize = 12;
    let mut shown: Vec<_> = words.into_iter().map(quoted).collect();
    let rest = shown.len().saturating_sub(MAX_COUNT);
    shown.truncate(MAX_COUNT);
    match shown.split_last() {
        _ if rest > 0 => format!("{} and {rest} more", shown.join(", ")),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Returns the name of the node at a route: `` `purpose` ``, `` `keywords[2]` ``, or the manifest itself.
pub(super) fn field(route: &Pointer, root: Node<'_>) -> String {
    let (mut indices, mut here) = (String::new(), route.clone());
    while let (Some(parent), Some(last)) = (here.parent(), here.last()) {
        if root.at(&parent).and_then(Node::as_array).is_none() {
            return format!("`{}{indices}`", excerpt(&last));
        }
        indices.insert_str(0, &format!("[{last}]"));
        here = parent;
    }
    if indices.is_empty() { "the document".to_owned() } else { format!("`{indices}`") }
}

/// Returns the kind of a node's value, with its article.
pub(super) fn kind(node: Node<'_>) -> &'static str {
    match node.value() {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// Returns a value in the quotes of messages: a scalar as it is, of a collection only its kind.
pub(super) fn value(node: Node<'_>) -> String {
    match node.value() {
        Value::Null => "`null`".to_owned(),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::Number(Number::Integer(number)) => format!("`{number}`"),
        Value::Number(Number::Float(number)) => format!("`{number}`"),
        Value::String("") => "the empty text".to_owned(),
        Value::String(text) if text.trim().is_empty() => "blank text".to_owned(),
        Value::String(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => kind(node).to_owned(),
    }
}

/// Returns a JSON value of a schema in the quotes of messages.
pub(super) fn json(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| quoted(&value.to_string()), quoted)
}

/// Returns a value on one line, as both JSON and YAML take it.
pub(super) fn flow(value: &serde_json::Value) -> String {
    use serde_json::Value as Json;
    match value {
        Json::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let member =
                |(key, value): (&String, &Json)| format!("{}: {}", Json::from(key.as_str()), flow(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// Returns a member as its file would spell it with a text for a value.
pub(super) fn member(key: &str, text: &str, format: Format) -> String {
    let text = serde_json::Value::from(text);
    match format {
        Format::Json => {
            format!("`{}: {}`", serde_json::Value::from(excerpt(key)), excerpt(&text.to_string()))
        }
        Format::Yaml => format!("`{}: {}`", excerpt(key), excerpt(&text.to_string())),
    }
}

/// Returns the words of a field's name: `dataType` is "data type".
pub(super) fn spaced(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        match character {
            '_' | '-' => words.push(' '),
            character if character.is_uppercase() && !words.is_empty() => {
                words.push(' ');
                words.extend(character.to_lowercase());
            }
            character => words.extend(character.to_lowercase()),
        }
    }
    words
}

/// Returns the noun with "a" or "an".
pub(super) fn with_article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::testing::tree;

    #[test]
    fn fields_are_named_by_their_key_and_the_indices_after_it() {
        let tree = tree(&json!({"a": {"b": [[1]], "3": 2}}));
        for (route, name) in [
            ("", "the document"),
            ("/a/b", "`b`"),
            ("/a/b/0", "`b[0]`"),
            ("/a/b/0/0", "`b[0][0]`"),
            ("/a/3", "`3`"),
        ] {
            assert_eq!(field(&Pointer::new(route), tree.root()), name, "{route}");
        }
    }

    #[test]
    fn lists_end_with_or_and_long_ones_are_cut() {
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` or `c`");
        assert!(list(["x"; 15]).ends_with("`x` and 3 more"));
    }

    #[test]
    fn names_become_words() {
        for (name, words) in
            [("dataType", "a data type"), ("category", "a category"), ("endpoint_kind", "an endpoint kind")]
        {
            assert_eq!(with_article(&spaced(name)), words);
        }
    }
}
