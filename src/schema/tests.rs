//! Tables of documents and what is said of them, and of schemas that cannot be used.

mod proposals;

use serde_json::{Value, json};

use super::{testing::tree, *};
use crate::domain::{InvalidModuleName, ModuleName};

fn manifest(change: impl FnOnce(&mut Value)) -> Value {
    let mut manifest = json!({
        "name": "drive",
        "version": "1.0.0",
        "aiContext": {
            "purpose": "Stores files",
            "category": "PRODUCTIVITY",
            "keywords": ["file"],
            "actions": [{"name": "share", "description": "Shares a file", "permissions": []}],
            "contextProviders": [{"name": "recent", "endpoint": "/api/recent", "cacheDuration": 0}],
        },
    });
    change(&mut manifest);
    manifest
}

fn findings(schemas: &Schemas, document: &Value) -> Vec<String> {
    let tree = tree(document);
    let spelling = |route: &Pointer| (route.as_str() == "/version").then(|| "1.10".to_owned());
    let findings = schemas.report_root(tree.root(), &spelling, Format::Yaml).findings;
    let line = |finding: &Finding| {
        let Finding { rule, route, part, message, label: _, help } = finding;
        format!("{} {route} {part:?}: {message} | {}", rule.code, help.as_deref().unwrap_or_default())
    };
    findings.iter().map(line).collect()
}

/// Changes the valid manifest and compares what is said of it.
fn check(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let manifest = manifest(change);
    assert_eq!(findings(&Schemas::builtin(), &manifest), expected, "{manifest}");
}

#[test]
fn good_manifests_are_valid() {
    check(|_| {}, &[]);
    check(|it| it["keywords"] = json!(3), &[]);
    check(|it| it["aiContext"] = it["aiContext"].take(), &[]);
    check(|it| it["version"] = json!("1.0.0-alpha.1+build.5"), &[]);
    check(|it| drop(it.as_object_mut().unwrap().remove("aiContext")), &[]);
    check(
        |it| {
            let context = it.as_object_mut().unwrap().remove("aiContext").unwrap();
            it["ai_context"] = context;
        },
        &[],
    );
}

#[test]
fn missing_fields_are_reported_at_their_parent() {
    check(
        |it| drop(it.as_object_mut().unwrap().remove("version")),
        &[
            "schema/required  Key: `version` is missing | add `version`: the module's version by Semantic Versioning 2.0.0",
        ],
    );
    check(
        |it| drop(it["aiContext"].as_object_mut().unwrap().remove("category")),
        &[
            "schema/required /aiContext Key: `category` is missing in `aiContext` | add `category`: `PRODUCTIVITY`, \
           `COMMUNICATION`, `ANALYTICS`, `DEVELOPMENT`, `ENTERTAINMENT`, `EDUCATION`, `FINANCE`, `HEALTH`, `BUSINESS` or `OTHER`",
        ],
    );
    check(
        |it| drop(it["aiContext"]["actions"][0].as_object_mut().unwrap().remove("description")),
        &[
            "schema/required /aiContext/actions/0 Key: `description` is missing in `actions[0]` | add `description`: what the \
           action does",
        ],
    );
    check(
        |it| {
            let keywords = it["aiContext"].as_object_mut().unwrap().remove("keywords").unwrap();
            it["keywords"] = keywords;
        },
        &[
            "schema/required /aiContext Key: `keywords` is missing in `aiContext` | move `keywords` from the top level into \
           `aiContext`",
        ],
    );
    check(
        |it| {
            let version = it.as_object_mut().unwrap().remove("version").unwrap();
            it["verison"] = version;
        },
        &["schema/required  Key: `version` is missing | rename `verison` to `version`"],
    );
}

#[test]
fn unknown_fields_are_reported_at_their_key_with_the_one_that_was_meant() {
    check(
        |it| it["aiContext"]["concept"] = json!([]),
        &["schema/unknown-field /aiContext/concept Key: unknown field `concept` | did you mean `concepts`?"],
    );
    check(
        |it| {
            let purpose = it["aiContext"].as_object_mut().unwrap().remove("purpose").unwrap();
            it["aiContext"]["purpos"] = purpose;
        },
        &["schema/unknown-field /aiContext/purpos Key: unknown field `purpos` | did you mean `purpose`?"],
    );
    check(
        |it| it["aiContext"]["keyword"] = json!([]),
        &[
            "schema/unknown-field /aiContext/keyword Key: unknown field `keyword` | `keywords` is already there: remove this one",
        ],
    );
    check(
        |it| it["aiContext"]["displayName"] = json!("Drive"),
        &[
            "schema/unknown-field /aiContext/displayName Key: unknown field `displayName` | move `displayName` out, to the top \
           level of the manifest",
        ],
    );
    check(
        |it| it["aiContext"]["actions"][0]["a/b\u{1b}"] = json!(1),
        &[
            "schema/unknown-field /aiContext/actions/0/a~1b\u{1b} Key: unknown field `a/b\\u{1b}` | remove it; the fields here are \
           `name`, `description` or `permissions`",
        ],
    );
}

#[test]
fn wrong_values_are_reported_once_with_the_form_that_is_expected() {
    check(
        |it| it["version"] = json!(1.1),
        &["schema/type /version Value: `version` must be text, but is a number | \
           write `version: \"1.10.0\"`"],
    );
    check(
        |it| it["aiContext"]["keywords"] = json!(["a", true]),
        &[
            "schema/type /aiContext/keywords/1 Value: `keywords[1]` must be text, but is a boolean | quote it: `\"true\"`",
        ],
    );
    check(
        |it| it["aiContext"]["purpose"] = json!(null),
        &[
            "schema/type /aiContext/purpose Value: `purpose` must be text, but is null | write a value such as \
           `purpose: \"Stores files and folders, shares them, and finds them again by name or content\"`; a field that is not \
           required can be left out",
        ],
    );
    check(
        |it| it["aiContext"]["keywords"] = json!("file"),
        &[
            "schema/type /aiContext/keywords Value: `keywords` must be a list, but is text | write a list, also of one item: \
           `keywords: [\"file\"]`",
        ],
    );
    check(
        |it| it["aiContext"]["contextProviders"][0]["cacheDuration"] = json!("300"),
        &[
            "schema/type /aiContext/contextProviders/0/cacheDuration Value: `cacheDuration` must be a whole number, but is text | \
           remove the quotes: `cacheDuration: 300`",
        ],
    );
    check(
        |it| it["aiContext"]["contextProviders"][0]["cacheDuration"] = json!(-1),
        &[
            "schema/minimum /aiContext/contextProviders/0/cacheDuration Value: `cacheDuration` must be at least 0, but is `-1` | \
           expected a whole number of milliseconds, 0 or more, such as `300000` for five minutes",
        ],
    );
    check(
        |it| it["version"] = json!("1.0"),
        &["schema/pattern /version Value: `version` cannot be `1.0` | write `version: \"1.0.0\"`"],
    );
    check(
        |it| it["aiContext"]["purpose"] = json!(" \n"),
        &["schema/pattern /aiContext/purpose Value: `purpose` is blank | expected text that is not blank"],
    );
    check(
        |it| it["aiContext"]["keywords"] = json!([]),
        &[
            "schema/min-items /aiContext/keywords Value: `keywords` needs at least 1 item, but has none | add what is missing",
        ],
    );
    check(
        |it| it["aiContext"]["keywords"] = json!(["a", "b", "a", "a"]),
        &[
            "schema/unique-items /aiContext/keywords/2 Value: `keywords[2]` repeats `keywords[0]`: `a` | remove one of the two",
            "schema/unique-items /aiContext/keywords/3 Value: `keywords[3]` repeats `keywords[0]`: `a` | remove one of the two",
        ],
    );
    check(
        |it| it["status"] = json!("active"),
        &[
            "schema/enum /status Value: `active` is not a status | did you mean `ACTIVE`? Allowed are `DRAFT`, `PENDING`, \
           `APPROVED`, `ACTIVE`, `REJECTED` or `SUSPENDED`",
        ],
    );
    check(
        |it| *it = json!([]),
        &[
            "schema/type  Value: the document must be a map, but is a list | write a map with `name` and `version`",
        ],
    );
}

#[test]
fn all_mistakes_come_at_once_in_reading_order() {
    let manifest = manifest(|it| {
        it["name"] = json!("Drive");
        it["version"] = json!(1);
        it["aiContext"]["category"] = json!("PRODUCTVITY");
        it["aiContext"]["keywords"] = json!(["a", "a"]);
        it["aiContext"]["colour"] = json!("red");
    });
    let codes: Vec<_> = findings(&Schemas::builtin(), &manifest)
        .into_iter()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        codes,
        [
            "schema/pattern /name",
            "schema/type /version",
            "schema/enum /aiContext/category",
            "schema/unique-items /aiContext/keywords/1",
            "schema/unknown-field /aiContext/colour",
        ]
    );
}

fn own(files: &[(&str, Value)]) -> Result<Schemas, SchemaError> {
    Schemas::load(&files.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())).collect())
}

#[test]
fn every_keyword_of_a_registrys_own_schema_has_a_rule() {
    for (schema, document, code) in [
        (json!({"const": 1}), json!(2), "schema/const"),
        (json!({"type": "string", "required": ["a"]}), json!({}), "schema/type"),
        (json!({"enum": [1, 2]}), json!(3), "schema/enum"),
        (json!({"contains": {"const": 1}}), json!([2]), "schema/contains"),
        (json!({"exclusiveMaximum": 1}), json!(1), "schema/maximum"),
        (json!({"exclusiveMinimum": 1}), json!(1), "schema/minimum"),
        (json!({"maximum": 1}), json!(2), "schema/maximum"),
        (json!({"maxItems": 1}), json!([1, 2]), "schema/max-items"),
        (json!({"maxLength": 1}), json!("ab"), "schema/max-length"),
        (json!({"minLength": 1, "pattern": "a"}), json!(""), "schema/min-length"),
        (json!({"maxProperties": 0}), json!({"a": 1}), "schema/max-properties"),
        (json!({"minProperties": 1}), json!({}), "schema/min-properties"),
        (json!({"multipleOf": 2}), json!(3), "schema/multiple-of"),
        (json!({"not": {}}), json!(1), "schema/not"),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{}], "additionalItems": false}),
            json!([1, 2]),
            "schema/additional-items",
        ),
        (json!({"unevaluatedItems": false}), json!([1]), "schema/additional-items"),
        (json!({"unevaluatedProperties": false}), json!({"a": 1}), "schema/unknown-field"),
        (json!({"properties": {"a": false}}), json!({"a": 1}), "schema/forbidden"),
        (json!({"propertyNames": {"pattern": "^a$"}}), json!({"b": 1}), "schema/property-names"),
        (json!({"anyOf": [{"type": "object"}, {"type": "array"}]}), json!(1), "schema/any-of"),
        (json!({"oneOf": [{"minimum": 1}, {"maximum": 5}]}), json!(3), "schema/one-of"),
        (json!({"oneOf": [{"type": "object"}, {"type": "array"}]}), json!(1), "schema/one-of"),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "contentEncoding": "base64"}),
            json!("%"),
            "schema/content",
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "format": "date"}),
            json!("x"),
            "schema/format",
        ),
    ] {
        let schemas = own(&[("module.schema.json", schema.clone())]).unwrap();
        let lines = findings(&schemas, &document);
        assert_eq!(lines.len(), 1, "{schema}: {lines:?}");
        assert!(lines[0].starts_with(&format!("{code} ")), "{schema}: {lines:?}");
    }
}

#[test]
fn of_alternatives_the_one_that_was_meant_is_explained() {
    let either = json!({"anyOf": [{"type": "string"}, {"type": "object", "required": ["url"]}]});
    let schemas = own(&[("module.schema.json", json!({"properties": {"home": either}}))]).unwrap();
    assert_eq!(
        findings(&schemas, &json!({"home": {}})),
        ["schema/required /home Key: `url` is missing in `home` | add `url`"]
    );
}

#[test]
fn a_registrys_own_files_replace_the_builtin_ones_and_refer_to_each_other() {
    let schemas = own(&[
        ("module.schema.json", json!({"properties": {"team": {"$ref": "own/team.json#/$defs/team"}, "aiContext": {"$ref": "ai-context.schema.json"}}})),
        ("own/team.json", json!({"$defs": {"team": {"pattern": "^t-", "x-expected": "a team such as `t-ops`"}}})),
        ("snapshot.schema.json", json!("this one is not used")),
    ])
    .unwrap();
    assert_eq!(
        findings(
            &schemas,
            &json!({"team": "x", "aiContext": {"purpose": "p", "category": "OTHER", "keywords": ["k"]}})
        ),
        ["schema/pattern /team Value: `team` cannot be `x` | expected a team such as `t-ops`"]
    );
    assert_eq!(findings(&schemas, &json!({"aiContext": {}})).len(), 3);
}

#[test]
fn files_may_name_each_other_by_the_ids_they_give_themselves() {
    let schemas = own(&[
        ("module.schema.json", json!({"$id": "https://x.example/module", "$ref": "https://x.example/part"})),
        ("part.json", json!({"$id": "https://x.example/part", "type": "object"})),
    ])
    .unwrap();
    assert_eq!(findings(&schemas, &json!(1)).len(), 1);
}

#[test]
fn broken_and_hostile_schemas_are_refused_with_the_file_and_the_reason() {
    for (file, text, expected) in [
        (
            "module.schema.json",
            "{",
            "`schema/module.schema.json` is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "ai-context.schema.json",
            "",
            "`schema/ai-context.schema.json` is not JSON: EOF while parsing a value at line 1 column 0",
        ),
        (
            "module.schema.json",
            "3",
            "`schema/module.schema.json` is not a valid JSON Schema at ``: 3 is not of types \"boolean\", \"object\"",
        ),
        (
            "module.schema.json",
            r#"{"properties": {"a": {"minLength": -1}}}"#,
            "`schema/module.schema.json` is not a valid JSON Schema at `/properties/a/minLength`: -1 is less than the minimum of 0",
        ),
        (
            "module.schema.json",
            r#"{"$ref": "https://x.example/y.json"}"#,
            "`schema/module.schema.json` refers to `https://x.example/y.json`, which is not in the folder `schema/`",
        ),
        (
            "module.schema.json",
            r#"{"$ref": "../modreg.toml"}"#,
            "`schema/module.schema.json` refers to `modreg:///modreg.toml`, which is not in the folder `schema/`",
        ),
        (
            "module.schema.json",
            r#"{"$ref": "file:///etc/passwd"}"#,
            "`schema/module.schema.json` refers to `file:///etc/passwd`, which is not in the folder `schema/`",
        ),
        (
            "ai-context.schema.json",
            r#"{"$ref": "gone.json"}"#,
            "`schema/ai-context.schema.json` refers to `gone.json`, which is not in the folder `schema/`",
        ),
        (
            "ai-context.schema.json",
            r#"{"properties": {"a": {"pattern": "^(?!x)"}}}"#,
            "`schema/ai-context.schema.json` has a pattern at `/properties/a/pattern` that cannot be used: look-around is not supported, because the engine runs in linear time",
        ),
        (
            "module.schema.json",
            r#"{"patternProperties": {"(a)\\1": true}}"#,
            "`schema/module.schema.json` has a pattern at `/patternProperties/(a)\\1` that cannot be used: back-references are not supported, because the engine runs in linear time",
        ),
        (
            "module.schema.json",
            r#"{"pattern": "(?:\\w{100}){1000}"}"#,
            "`schema/module.schema.json` has a pattern at `/pattern` that cannot be used: it is not a regular expression, or it is too large when compiled",
        ),
    ] {
        let error = Schemas::load(&BTreeMap::from([(file.to_owned(), text.to_owned())])).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
    }
    let large = BTreeMap::from([("module.schema.json".to_owned(), " ".repeat(MAX_TEXT + 1))]);
    assert!(matches!(Schemas::load(&large), Err(SchemaError::TooLarge { .. })));
}

#[test]
fn schemas_that_refer_to_themselves_end() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}, {"type": "object"}]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
        json!({"properties": {"n": {"$ref": "#"}}, "not": {"$ref": "#"}}),
    ] {
        let schemas = own(&[("module.schema.json", schema.clone())]).unwrap();
        findings(&schemas, &json!({"n": {"n": {}}}));
    }
}

#[test]
fn the_fingerprint_tells_effective_schemas_apart() {
    let builtin = Schemas::builtin();
    let same: BTreeMap<_, _> =
        BUILTIN.iter().map(|(name, text)| (file_name(name), text.replace('\n', "\r\n"))).collect();
    assert_eq!(Schemas::load(&same).unwrap().fingerprint(), builtin.fingerprint());
    let other = own(&[("ai-context.schema.json", json!({"type": "object"}))]).unwrap();
    assert_ne!(other.fingerprint(), builtin.fingerprint());
}

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
fn hostile_references_neither_overflow_the_stack_nor_multiply_errors() {
    let again = json!({"$ref": "#"});
    let twice = json!({"type": "object", "properties": {"a": {"allOf": [again, again]}}});
    let schemas = own(&[("module.schema.json", twice.clone())]).unwrap();
    let nested = |leaf: Value| (0..40).fold(leaf, |inner, _| json!({"a": inner}));
    assert_eq!(findings(&schemas, &nested(json!({}))), [""; 0]);
    let lines = findings(&schemas, &nested(json!(1)));
    assert!(lines.len() == 1 && lines[0].starts_with("schema/unusable"), "{lines:?}");
    assert_eq!(findings(&schemas, &json!({"a": 1})).len(), 1);

    let next = |index: usize| json!({"$ref": format!("#/$defs/d{index}")});
    let chain: serde_json::Map<_, _> =
        (0..5000).map(|index| (format!("d{index}"), next(index + 1))).collect();
    let error = own(&[("module.schema.json", json!({"$ref": "#/$defs/d0", "$defs": chain}))]).unwrap_err();
    assert!(error.to_string().starts_with("the files of `schema/` cannot be used"), "{error}");
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

#[test]
fn copies_of_the_built_in_schemas_replace_nothing() {
    let builtin = Schemas::builtin();
    let (path, current) = copies().find(|(path, _)| path.stem() == "module.schema").unwrap();
    let older = copy::marked(
        &BUILTIN.iter().find(|(name, _)| *name == "module").unwrap().1.replace("Schedule", "Timetable"),
    );
    let load =
        |text: &str| Schemas::load(&BTreeMap::from([("module.schema.json".to_owned(), text.to_owned())]));
    for (text, outdated) in [(&current, &[][..]), (&older, std::slice::from_ref(&path))] {
        let schemas = load(text).unwrap();
        assert_eq!(schemas.outdated_copies(), outdated);
        assert_eq!(schemas.fingerprint(), builtin.fingerprint());
    }
    let edited = load(&current.replace("Schedule", "Timetable")).unwrap_err();
    assert!(matches!(edited, SchemaError::EditedCopy { file } if file == "module.schema.json"));
    let own = load(&older.replace("x-modreg-copy", "x-own")).unwrap();
    assert_ne!(own.fingerprint(), builtin.fingerprint());
}
