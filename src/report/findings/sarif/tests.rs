//! Tests the shape of a log and its limits, and that hostile text is plain text in it.

use serde_json::{Value, json};

use super::*;
use crate::report::testing::{VECTORS, commands, findings, findings_with, item, placed};

fn text(findings: &Findings) -> String {
    let mut out = Vec::new();
    write(&mut out, findings).unwrap();
    String::from_utf8(out).unwrap()
}

fn log(findings: &Findings) -> Value {
    serde_json::from_str(&text(findings)).unwrap()
}

#[test]
fn a_log_contains_the_rules_and_the_results() {
    let found =
        findings(vec![item("registry/snapshot.json", "gone"), placed("modules/ä b.yaml", "wrong", 3, 5)]);
    let mut log = log(&found);
    let run = &mut log["runs"][0];
    for result in run["results"].as_array_mut().unwrap() {
        let fingerprints = result.as_object_mut().unwrap().remove("partialFingerprints").unwrap();
        assert_eq!(fingerprints["modregFinding/v1"].as_str().map(str::len), Some(32), "{fingerprints}");
    }
    assert_eq!(
        run["tool"]["driver"]["rules"],
        json!([{
            "id": "schema/enum",
            "shortDescription": {"text": "one of the allowed values"},
            "fullDescription": {"text": "The first paragraph."},
            "help": {"text": "The first paragraph.\n\nThe second one."},
            "defaultConfiguration": {"level": "error"},
        }])
    );
    assert_eq!(run["automationDetails"]["id"], "modreg/validate/");
    let uri = |uri: &str| json!({"uri": uri, "uriBaseId": "%SRCROOT%"});
    assert_eq!(
        run["results"],
        json!([
            {
                "ruleId": "schema/enum", "ruleIndex": 0, "level": "error", "message": {"text": "gone"},
                "locations": [{"physicalLocation": {"artifactLocation": uri("registry/snapshot.json")}}],
            },
            {
                "ruleId": "schema/enum", "ruleIndex": 0, "level": "error", "message": {"text": "wrong"},
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": uri("modules/%C3%A4%20b.yaml"),
                        "region": {"startLine": 3, "startColumn": 2, "endLine": 5, "endColumn": 4},
                    },
                    "logicalLocations": [{"fullyQualifiedName": "/status"}],
                }],
            },
        ])
    );
}

#[test]
fn without_findings_the_list_of_results_is_empty() {
    let log = log(&findings(Vec::new()));
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    assert_eq!(log["runs"][0]["invocations"][0]["toolExecutionNotifications"], Value::Array(Vec::new()));
}

#[test]
fn only_the_most_severe_results_are_kept_if_there_are_too_many() {
    let mut items: Vec<_> = (0..5_002)
        .map(|number| ReportItem {
            severity: Severity::Note,
            ..item(&format!("{number}.yaml"), &"long ".repeat(300))
        })
        .collect();
    items.push(item("z.yaml", "an error"));
    let findings = findings(items);
    let text = text(&findings);
    assert!(text.len() < 10_000_000, "{}", text.len());
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!((results.len(), &results[0]["level"]), (5_000, &Value::from("error")));
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(notification.as_str().unwrap().starts_with("3 more findings"), "{notification}");
}

#[test]
fn paths_are_percent_encoded_relative_references() {
    for (path, uri, base) in [
        ("modules/drive/module.yaml", "modules/drive/module.yaml", Some(BASE)),
        ("modules/a b#c?d%e:f.yaml", "modules/a%20b%23c%3Fd%25e%3Af.yaml", Some(BASE)),
        ("modules/ä\u{202e}.yaml", "modules/%C3%A4%E2%80%AE.yaml", Some(BASE)),
        ("../loose/mail.yaml", "../loose/mail.yaml", Some(BASE)),
        ("<stdin>", "%3Cstdin%3E", Some(BASE)),
        ("/srv/a b.yaml", "file:///srv/a%20b.yaml", None),
    ] {
        let location = ArtifactLocation::of(&RepoPath::new(path));
        assert_eq!((location.uri.as_str(), location.uri_base_id), (uri, base), "{path}");
    }
}

#[test]
fn messages_contain_no_links_placeholders_or_commands() {
    for vector in VECTORS {
        let text = text(&findings_with(vector));
        assert_eq!(commands(&text), Vec::<String>::new(), "{text}");
        let log: Value = serde_json::from_str(&text).unwrap();
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let message = result["message"]["text"].as_str().unwrap();
            assert!(!message.contains("](") && !message.contains("{0}"), "{message}");
            assert!(result["message"].get("markdown").is_none(), "{result}");
        }
    }
}
