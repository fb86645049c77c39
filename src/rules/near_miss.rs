//! `field/near-miss` and `status/near-miss`: a field at the top level that spells an optional one almost, and is ignored.
//!
//! Where a required field is missing, `schema/required` names the one that spells it almost.

use crate::{
    diagnostic::{Finding, Part, Rule, Severity},
    domain::{Pointer, Status, closest, quoted},
    source::{Node, Value},
};

/// The rule `field/near-miss`.
pub static FIELD: Rule = Rule {
    code: "field/near-miss",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a field that is ignored is spelled almost like one that is read",
    explanation: "At the top level a manifest may have fields of its own, which modreg ignores. A field that differs from a \
        known one by a letter or two, or only in upper and lower case, is usually a mistake, and its value is lost:\n\n    \
        dispalyName: Train tickets\n\n\
        Correct the spelling. If the field is really one of the module's own, give it a name that is less similar.",
};

/// The rule `status/near-miss`.
pub static STATUS: Rule = Rule {
    code: "status/near-miss",
    severity: Severity::Error,
    is_configurable: true,
    summary: "a field that is ignored is spelled almost like `status`",
    explanation: "A manifest without `status` is `ACTIVE`, and is registered. If `status` is misspelled, a draft is published by \
        mistake:\n\n    \
        statsu: DRAFT\n\n\
        Correct the spelling. If the field is really one of the module's own, give it a name that is less similar.",
};

/// The optional fields at the top level, and what each of them contains.
const OPTIONAL: [(&str, Kind); 7] = [
    ("status", Kind::Text),
    ("displayName", Kind::Text),
    ("description", Kind::Text),
    ("aiContext", Kind::Map),
    ("tests", Kind::List),
    ("sync", Kind::Map),
    ("deprecated", Kind::Map),
];

/// The fields that are known besides.
const OTHERS: [&str; 3] = ["name", "version", "ai_context"];

/// The kind of a field's value: a field of another kind is not meant to be this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    List,
    Map,
}

/// Finds the fields that spell an optional one almost which the manifest does not have.
pub fn check(root: Node<'_>) -> Vec<Finding> {
    let is_known = |key: &str| OTHERS.contains(&key) || OPTIONAL.iter().any(|(known, _)| *known == key);
    let has = |key: &str| root.get(key).is_some() || key == "aiContext" && root.get("ai_context").is_some();
    let unknown = root.as_object().into_iter().flatten().filter(|(key, _)| !is_known(key));
    let near = unknown.filter_map(|(key, value)| {
        let kind = match value.value() {
            Value::String(_) => Kind::Text,
            Value::Array(_) => Kind::List,
            Value::Object(_) => Kind::Map,
            Value::Null | Value::Bool(_) | Value::Number(_) => return None,
        };
        let possible = OPTIONAL.iter().filter(|(known, of)| *of == kind && !has(known));
        let meant = closest(key, possible.map(|(known, _)| *known))?;
        // Longer by more than a letter, it is a field beside the known one: `description_de`.
        (key.len() <= meant.len() + 1).then_some((key, value, meant))
    });
    near.map(|(key, value, meant)| finding(key, value, meant)).collect()
}

fn finding(key: &str, value: Node<'_>, meant: &str) -> Finding {
    let shown = quoted(key);
    let is_status = |text: &str| {
        let known = Status::ALL.map(Status::as_str);
        known.contains(&text) || closest(text, known).is_some()
    };
    let (rule, message) = match meant {
        "status" if value.as_str().is_some_and(is_status) => {
            (&STATUS, format!("{shown} is ignored, so the status of the module is `{}`", Status::default()))
        }
        _ => (&FIELD, format!("{shown} is ignored: it is not a field of manifests")),
    };
    Finding {
        rule,
        route: Pointer::ROOT.key(key),
        part: Part::Key,
        message,
        label: format!("not `{meant}`"),
        help: Some(format!("did you mean `{meant}`? If not, give the field a name that is less similar")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::schema::testing::tree;

    fn check_manifest(manifest: &Value, expected: &[(&str, &str, &str)]) {
        let tree = tree(manifest);
        let found = check(tree.root());
        let found: Vec<_> = found
            .iter()
            .map(|finding| (finding.rule.code, finding.route.as_str(), finding.label.as_str()))
            .collect();
        assert_eq!(found, expected, "{manifest}");
    }

    #[test]
    fn slips_are_found_and_fields_of_the_module_are_not() {
        let field = "field/near-miss";
        for (manifest, expected) in [
            (json!({"statsu": "DRAFT"}), &[("status/near-miss", "/statsu", "not `status`")][..]),
            (json!({"Status": "DRAFT"}), &[("status/near-miss", "/Status", "not `status`")]),
            (json!({"Status": "draft"}), &[("status/near-miss", "/Status", "not `status`")]),
            // Without the value of a status it may be a field of the module.
            (json!({"states": "BY, NW"}), &[(field, "/states", "not `status`")]),
            (json!({"dispalyName": "Drive"}), &[(field, "/dispalyName", "not `displayName`")]),
            (json!({"display_name": "Drive"}), &[(field, "/display_name", "not `displayName`")]),
            (json!({"syncc": {"schedule": "0 3 * * *"}}), &[(field, "/syncc", "not `sync`")]),
            (json!({"aicontext": {}}), &[(field, "/aicontext", "not `aiContext`")]),
            (json!({"test": []}), &[(field, "/test", "not `tests`")]),
            (json!({"description_de": "Dateien"}), &[]),
            // The field is there, or its value is of another kind, or the name is too different.
            (json!({"status": "ACTIVE", "state": "x", "statuz": "DRAFT"}), &[]),
            (json!({"stats": {"downloads": 5}, "async": true, "test": "x"}), &[]),
            (json!({"ai_context": {}, "aicontext": {}}), &[]),
            (json!({"license": "MIT", "tags": ["a"], "owner": {}}), &[]),
            // A required field that is missing is the matter of the schema.
            (json!({"nmae": "drive", "versoin": "1.0.0"}), &[]),
            (json!("text"), &[]),
        ] {
            check_manifest(&manifest, expected);
        }
    }
}
