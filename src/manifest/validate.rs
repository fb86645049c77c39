//! The validation of one document, by the schemas and by the demands that hold under any schema.

use super::{
    context_key::ContextKey,
    rules,
    valid::{Manifest, ManifestHead},
};
use crate::{
    diagnostic::{Finding, Part, Rule},
    domain::{InvalidModuleName, ModuleName, Pointer, Status, nearest_version, parse_version, quoted},
    schema::{SchemaReport, Schemas, rules as schema_rules},
    source::{Document, Node},
};

/// A document that is not a valid manifest.
#[derive(Debug, Clone)]
pub struct Invalid {
    /// The name that it declares, where that can be read.
    pub declared: Option<ModuleName>,
    /// The document.
    pub document: Document,
    /// Everything that is wrong with it; never empty.
    pub findings: Vec<Finding>,
}

/// Validates a document by the schemas. All errors are found at once, in reading order.
pub fn validate(document: Document, schemas: &Schemas) -> Result<Manifest, Box<Invalid>> {
    let mut report = schemas.report(&document);
    match head(document.root(), &mut report) {
        Some(head) if report.findings.is_empty() => Ok(Manifest::new(document, head)),
        _ => {
            let declared = declared(document.root());
            Err(Box::new(Invalid { declared, document, findings: report.findings }))
        }
    }
}

/// Returns the name that a document declares, where it is a name.
fn declared(root: Node<'_>) -> Option<ModuleName> {
    root.get("name")?.as_str()?.parse().ok()
}

/// Reads what every manifest declares, whatever the schemas demand.
///
/// What is wrong is added to the report, unless it is there already. Without a head, the report has at least one finding.
fn head(root: Node<'_>, report: &mut SchemaReport) -> Option<ManifestHead> {
    let name = required_text(root, "name", report).and_then(|text| match ModuleName::declared(text) {
        Err(InvalidModuleName::Reserved(name)) => {
            report.findings.push(rules::reserved(&name));
            None
        }
        parsed => {
            let expected = format!("expected {}", ModuleName::FORM);
            let parsed = parsed.map_err(|_| cannot_be("name", text));
            or_finding(parsed, &schema_rules::PATTERN, "name", &expected, report)
        }
    });
    let version = required_text(root, "version", report).and_then(|text| {
        let expected = match nearest_version(text) {
            Some(version) => format!("write {}", quoted(&format!("\"{version}\""))),
            None => "expected a semantic version such as `1.2.3`, with numbers below 2^64".to_owned(),
        };
        or_finding(parse_version(text), &schema_rules::PATTERN, "version", &expected, report)
    });
    let status = match root.get("status") {
        None => Some(Status::default()),
        Some(_) => required_text(root, "status", report).and_then(|text| {
            let allowed = Status::ALL.map(|status| format!("`{status}`")).join(", ");
            let expected = format!("use one of {allowed}");
            let parsed = text.parse().map_err(|_| cannot_be("status", text));
            or_finding(parsed, &schema_rules::ENUM, "status", &expected, report)
        }),
    };
    let context = context(root, report);
    Some(ManifestHead { name: name?, version: version?, status: status?, context })
}

/// Returns the text of a member that must be one.
fn required_text<'a>(root: Node<'a>, key: &str, report: &mut SchemaReport) -> Option<&'a str> {
    let text = root.get(key).and_then(Node::as_str);
    if text.is_none() && !is_reported(report, key) {
        let (rule, message, route, part) = match root.get(key) {
            Some(_) => {
                (&schema_rules::TYPE, format!("`{key}` must be text"), Pointer::ROOT.key(key), Part::Value)
            }
            None => (&schema_rules::REQUIRED, format!("`{key}` is missing"), Pointer::ROOT, Part::Key),
        };
        report.findings.push(Finding {
            rule,
            route,
            part,
            message,
            label: "every manifest needs it".to_owned(),
            help: Some(match key {
                "version" => "write three numbers in quotes, as in `\"1.2.3\"`".to_owned(),
                _ => format!("write a text for `{key}`"),
            }),
        });
    }
    text
}

/// Returns whether the schemas reported that a member of the root is wrong or missing.
fn is_reported(report: &SchemaReport, key: &str) -> bool {
    let is_about = |finding: &Finding| {
        finding.route == Pointer::ROOT.key(key)
            || finding.rule == &schema_rules::TYPE && finding.route == Pointer::ROOT
    };
    report.missing.contains(key) || report.findings.iter().any(is_about)
}

/// Returns the value of a member. A value that is invalid is reported with its message, unless the schemas reported it.
fn or_finding<T>(
    value: Result<T, String>,
    rule: &'static Rule,
    key: &str,
    help: &str,
    report: &mut SchemaReport,
) -> Option<T> {
    let message = match value {
        Ok(value) => return Some(value),
        Err(message) => message,
    };
    if !is_reported(report, key) {
        report.findings.push(Finding {
            rule,
            route: Pointer::ROOT.key(key),
            part: Part::Value,
            message,
            label: "not of the expected form".to_owned(),
            help: Some(help.to_owned()),
        });
    }
    None
}

fn cannot_be(key: &str, text: &str) -> String {
    format!("`{key}` cannot be {}", quoted(text))
}

/// Returns how the key of the AI context is spelled, or `None` if there is no context.
///
/// Two contexts, or one that is not an object, are reported.
fn context(root: Node<'_>, report: &mut SchemaReport) -> Option<ContextKey> {
    let mut present = ContextKey::ALL.into_iter().filter_map(|key| Some((key, root.get(key.as_str())?)));
    let (key, node) = present.next()?;
    if let Some((second, _)) = present.next() {
        report.findings.push(rules::conflict(second));
    } else if node.as_object().is_none()
        && !report.findings.iter().any(|finding| finding.route == key.route())
    {
        report.findings.push(Finding {
            rule: &schema_rules::TYPE,
            route: key.route(),
            part: Part::Value,
            message: format!("`{}` must be a map", key.as_str()),
            label: "not a map".to_owned(),
            help: None,
        });
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::schema::testing::tree;

    fn check(manifest: &Value, expected: &[(&str, &str)]) {
        let tree = tree(manifest);
        let mut report = SchemaReport::default();
        let head = head(tree.root(), &mut report);
        let is_about_context = |route: &str| ContextKey::ALL.iter().any(|key| key.route().as_str() == route);
        let is_valid = expected.iter().all(|(_, route)| is_about_context(route));
        assert_eq!(head.is_some(), is_valid, "{manifest}");
        let places: Vec<_> =
            report.findings.iter().map(|finding| (finding.rule.code, finding.route.as_str())).collect();
        assert_eq!(places, expected, "{manifest}");
    }

    #[test]
    fn name_version_status_and_context_hold_under_any_schema() {
        check(&json!({"name": "drive", "version": "1.0.0", "status": "DRAFT", "aiContext": {}}), &[]);
        check(&json!({"name": "drive", "version": "1.0.0"}), &[]);
        check(&json!([]), &[("schema/required", ""), ("schema/required", "")]);
        check(
            &json!({"name": "Drive", "version": 1}),
            &[("schema/pattern", "/name"), ("schema/type", "/version")],
        );
        check(&json!({"name": "drive", "version": "1.0"}), &[("schema/pattern", "/version")]);
        check(&json!({"name": "team--chat", "version": "1.0.0"}), &[("schema/pattern", "/name")]);
        check(&json!({"name": "aux", "version": "1.0.0"}), &[("name/reserved", "/name")]);
        check(
            &json!({"name": "drive", "version": "99999999999999999999.0.0"}),
            &[("schema/pattern", "/version")],
        );
        check(
            &json!({"name": "drive", "version": "1.0.0", "status": "active"}),
            &[("schema/enum", "/status")],
        );
        check(&json!({"name": "drive", "version": "1.0.0", "status": null}), &[("schema/type", "/status")]);
        check(
            &json!({"name": "drive", "version": "1.0.0", "aiContext": null}),
            &[("schema/type", "/aiContext")],
        );
        check(
            &json!({"name": "drive", "version": "1.0.0", "aiContext": {}, "ai_context": {}}),
            &[("alias/conflict", "/ai_context")],
        );
    }

    #[test]
    fn an_invalid_version_has_the_same_message_with_and_without_schemas() {
        let tree = tree(&json!({"name": "drive", "version": "1.0"}));
        let mut report = SchemaReport::default();
        head(tree.root(), &mut report);
        let by_schemas = Schemas::builtin().report_tree(&tree).findings;
        let by_schemas = by_schemas.iter().find(|finding| finding.route.as_str() == "/version").unwrap();
        assert_eq!(report.findings[0].message, by_schemas.message);
    }

    #[test]
    fn what_the_schemas_report_is_not_reported_again() {
        for manifest in
            [json!({}), json!({"name": 1, "version": "x", "status": "y", "aiContext": 3}), json!("text")]
        {
            let tree = tree(&manifest);
            let mut report = Schemas::builtin().report_tree(&tree);
            let count = report.findings.len();
            assert!(head(tree.root(), &mut report).is_none());
            assert_eq!(report.findings.len(), count, "{:#?}", report.findings);
        }
    }

    #[test]
    fn the_default_status_is_active_and_the_declared_name_survives() {
        let tree = tree(&json!({"name": "drive", "version": "1.2.3-a+b", "ai_context": {}}));
        let head = head(tree.root(), &mut SchemaReport::default()).unwrap();
        assert_eq!((head.status, head.context), (Status::Active, Some(ContextKey::Snake)));
        assert_eq!(head.version.to_string(), "1.2.3-a+b");
        assert_eq!(declared(tree.root()).unwrap().as_str(), "drive");
    }
}
