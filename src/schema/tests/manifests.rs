//! Manifests and the findings on them, by the built-in schema.

use super::*;

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
            "schema/unknown-field /aiContext/keyword Key: unknown field `keyword` | `keywords` is present already: remove this field",
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
        &[
            "schema/pattern /version Value: `1.0` is not a semantic version: unexpected end of input while parsing minor version number | write `version: \"1.0.0\"`",
        ],
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
