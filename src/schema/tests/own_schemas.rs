//! A registry's own schemas: what they replace, what is refused, and the findings by them.

use super::*;

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
fn a_semantic_version_that_the_pattern_excludes_is_not_called_invalid() {
    let files = [("module.schema.json", json!({"properties": {"version": {"pattern": r"^1\."}}}))];
    let schemas = own(&files).unwrap();
    for (version, expected) in [
        (
            "2.0.0",
            r"schema/pattern /version Value: `version` cannot be `2.0.0` | expected text that matches `^1\.`",
        ),
        (
            "v2",
            "schema/pattern /version Value: `v2` is not a semantic version: unexpected character 'v' while parsing \
             major version number | write `version: \"2.0.0\"`",
        ),
    ] {
        assert_eq!(findings(&schemas, &json!({"version": version})), [expected], "{version}");
    }
}

#[test]
fn files_may_refer_to_each_other_by_their_ids() {
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
fn the_fingerprint_differs_for_different_effective_schemas() {
    let builtin = Schemas::builtin();
    let same: BTreeMap<_, _> =
        BUILTIN.iter().map(|(name, text)| (file_name(name), text.replace('\n', "\r\n"))).collect();
    assert_eq!(Schemas::load(&same).unwrap().fingerprint(), builtin.fingerprint());
    let other = own(&[("ai-context.schema.json", json!({"type": "object"}))]).unwrap();
    assert_ne!(other.fingerprint(), builtin.fingerprint());
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
