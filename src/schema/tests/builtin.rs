//! The schemas in the binary: they accept their own examples, and state what the types state.

use super::*;

#[test]
fn every_builtin_schema_compiles_and_accepts_its_own_examples() {
    for (name, text) in BUILTIN {
        let schemas = Schemas::compile(name, &BTreeMap::new()).unwrap();
        let schema: Value = serde_json::from_str(text).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        for example in schema["examples"].as_array().into_iter().flatten() {
            assert_eq!(findings(&schemas, example), [""; 0], "{name}");
        }
    }
    for (name, text) in BUILTIN {
        examples_hold(name, &serde_json::from_str(text).unwrap());
    }
}

/// Compiles each subschema that has examples and needs no other file, and checks them against it.
fn examples_hold(name: &str, schema: &Value) {
    if let (Some(examples), None) = (schema["examples"].as_array(), schema.get("$ref")) {
        let standalone = !schema.to_string().contains("\"$ref\"");
        for example in examples.iter().filter(|_| standalone) {
            let schemas = own(&[("module.schema.json", schema.clone())]).unwrap();
            assert_eq!(findings(&schemas, example), [""; 0], "{name}: {example}");
        }
    }
    match schema {
        Value::Object(members) => members.values().for_each(|value| examples_hold(name, value)),
        Value::Array(elements) => elements.iter().for_each(|value| examples_hold(name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_schema_states_the_same_words_as_the_types() {
    let (_, text) = BUILTIN.iter().find(|(name, _)| *name == "module").unwrap();
    let module: Value = serde_json::from_str(text).unwrap();
    for name in
        ["drive", "team-chat-2", "a", "a-", "a--b", "-a", "1a", "Drive", &"a".repeat(63), &"a".repeat(64)]
    {
        let has_form = !matches!(ModuleName::declared(name), Err(InvalidModuleName::Form(_)));
        let found = findings(&Schemas::builtin(), &json!({"name": name, "version": "1.0.0"}));
        assert_eq!(found.is_empty(), has_form, "{name}: {found:?}");
    }
    let declared = module["properties"]["name"]["pattern"].as_str().unwrap();
    for line in
        BUILTIN.iter().flat_map(|(_, text)| text.lines()).filter(|line| line.contains("\"^[a-z][a-z0-9"))
    {
        assert!(
            [declared, ModuleName::PATTERN].iter().any(|pattern| line.contains(&format!("\"{pattern}\""))),
            "{line}"
        );
    }
    assert_eq!(
        module["properties"]["status"]["enum"],
        json!(crate::domain::Status::ALL.map(crate::domain::Status::as_str))
    );
}

#[test]
fn every_field_that_authors_write_has_a_text_to_hover_over() {
    fn fields(schema: &Value, at: &str, bare: &mut Vec<String>) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            if field["description"].as_str().is_none_or(|text| !text.ends_with('.')) {
                bare.push(at.clone());
            }
            fields(field, &at, bare);
            fields(&field["items"], &at, bare);
        }
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            fields(definition, &format!("{at}#{name}"), bare);
        }
    }
    let mut bare = Vec::new();
    for (name, text) in BUILTIN.iter().filter(|(name, _)| OVERRIDABLE.contains(name)) {
        fields(&serde_json::from_str(text).unwrap(), name, &mut bare);
    }
    assert_eq!(bare, Vec::<String>::new());
}
