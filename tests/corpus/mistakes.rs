//! Real mistakes: each is found, where it is, as what it is.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    corpus,
    harness::Folder,
    report::{by_code, count, errors, row, text},
};

/// The errors that `validate` finds in a part of the corpus, by module.
fn found(part: &str) -> Option<(usize, Value)> {
    let manifests = corpus::manifests(&corpus::part(part)?);
    let folder = Folder::empty();
    for (path, bytes) in &manifests {
        folder.write(&format!("modules/{path}"), bytes);
    }
    let report = folder.json(1, &["validate"]);
    assert_eq!(count(&report, "modules"), manifests.len());
    assert_eq!(count(&report, "valid"), 0);
    Some((manifests.len(), report))
}

fn by_module(report: &Value) -> BTreeMap<&str, Vec<&Value>> {
    errors(report)
        .into_iter()
        .map(|(path, found)| (path.split('/').nth(1).expect("modules/NAME/FILE"), found))
        .collect()
}

#[test]
fn invalid_fields_are_found_at_the_field() {
    let (Some((manifests, report)), Some(rows)) = (found("invalid"), corpus::table::<3>("invalid.csv"))
    else {
        return;
    };
    let errors = by_module(&report);
    assert_eq!((rows.len(), errors.len()), (manifests, manifests));
    for [module, _, why] in &rows {
        for why in why.split('+') {
            let places: &[&str] = match why {
                "version-not-semver" => &["/version"],
                "purpose-empty" => &["/aiContext/purpose", "/ai_context/purpose"],
                other => panic!("{module}: an unknown reason: {other}"),
            };
            let found = &errors[module.as_str()];
            let at = |found: &&&Value| places.contains(&text(&found["pointer"]));
            let found = found.iter().find(at).unwrap_or_else(|| panic!("{module}: {why}: {found:?}"));
            assert!(
                found["line"].as_u64() > Some(0) && found["column"].as_u64() > Some(0),
                "{module}: {found}"
            );
            assert!(found["help"].is_string(), "{module} has no remedy: {found}");
        }
    }
    row("invalid manifests", &format!("{manifests} of {manifests} at the named field: {}", by_code(&errors)));
}

#[test]
fn broken_files_are_refused_at_the_place_and_as_what_they_are() {
    let (Some((manifests, report)), Some(rows)) = (found("broken"), corpus::table::<4>("broken.csv")) else {
        return;
    };
    let errors = by_module(&report);
    assert_eq!((rows.len(), errors.len()), (manifests, manifests));
    for [module, _, kind, reference] in &rows {
        let code = match kind.as_str() {
            "syntax" => "source/syntax",
            "duplicate-key" => "source/duplicate-key",
            "not-utf8" => "source/encoding",
            other => panic!("{module}: an unknown kind: {other}"),
        };
        let found = &errors[module.as_str()];
        let found = found.iter().find(|found| found["code"] == code);
        let found = found.unwrap_or_else(|| panic!("{module}: no {code}: {:?}", errors[module.as_str()]));
        assert!(found["line"].as_u64() > Some(0) && found["column"].as_u64() > Some(0), "{module}: {found}");
        assert_place(module, kind, reference, found);
    }
    row(
        "broken files",
        &format!("{manifests} of {manifests} placed, of the named kind: {}", by_code(&errors)),
    );
}

/// Compares with the output of the reference parser when the corpus was made.
fn assert_place(module: &str, kind: &str, reference: &str, found: &Value) {
    let message = text(&found["message"]);
    match kind {
        "not-utf8" => {
            let offset = reference.split(" in position ").nth(1).and_then(|rest| rest.split(':').next());
            let offset = offset.unwrap_or_else(|| panic!("{module}: {reference}"));
            assert!(message.contains(&format!("offset {offset} ")), "{module}: {reference}: {message}");
        }
        "duplicate-key" => {
            assert!(message.contains(&format!("`{reference}`")), "{module}: {reference}: {message}");
        }
        // The cause is at the place where the reference parser stopped, or before it.
        _ => {
            let line =
                reference.split("line ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
            let line = line.unwrap_or_else(|| panic!("{module}: {reference}"));
            assert!(found["line"].as_u64() <= Some(line), "{module}: {reference}: {found}");
        }
    }
}
