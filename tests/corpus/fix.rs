//! `validate --fix` over real manifests: values differ only where a fix says so.

use std::collections::BTreeMap;

use modreg::{
    compile::Compiler,
    domain::{ObjectFormat, RepoPath},
    fix,
    schema::Schemas,
    settings::Settings,
    source::{self, Limits},
};
use serde_json::Value;

use crate::{corpus, report::row};

fn value(path: &RepoPath, bytes: &[u8]) -> Option<Value> {
    let parsed = source::parse(path, bytes, &Limits::default());
    Some(parsed.document.filter(|_| parsed.diagnostics.is_empty())?.root().to_json())
}

#[test]
fn fixing_changes_only_what_it_names() {
    let compiler =
        Compiler { schemas: Schemas::builtin(), settings: Settings::default(), format: ObjectFormat::Sha1 };
    let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
    let mut files = 0;
    for part in ["modules", "invalid", "broken"].into_iter().filter_map(corpus::part) {
        for (path, bytes) in corpus::manifests(&part) {
            let path = RepoPath::new(format!("modules/{path}"));
            let before = value(&path, &bytes);
            let fixed = fix::fix(&compiler, &path, bytes.clone());
            files += 1;
            if fixed.fixes.is_empty() {
                assert_eq!(fixed.bytes, bytes, "{path}");
                continue;
            }
            let mut expected = before.expect("what was fixed can be read");
            for fix in &fixed.fixes {
                fix.change
                    .apply(&mut expected, &fix.diagnostic.pointer)
                    .expect("a route that leads somewhere");
                *by_code.entry(fix.diagnostic.rule.code).or_default() += 1;
            }
            assert_eq!(value(&path, &fixed.bytes), Some(expected), "{path}");
            let again = fix::fix(&compiler, &path, fixed.bytes.clone());
            assert_eq!(again.bytes, fixed.bytes, "{path}: fixed twice");
        }
    }
    if files > 0 {
        let counts: Vec<_> = by_code.iter().map(|(code, count)| format!("{count} {code}")).collect();
        row("fixed", &format!("{files} manifests, {}; no other value changed", counts.join(", ")));
    }
}

/// Misspells manifests in the ways that a fix repairs, and checks that the fix restores the same bytes.
#[test]
fn fixing_restores_deliberate_misspellings() {
    let Some(part) = corpus::part("modules") else { return };
    let compiler =
        Compiler { schemas: Schemas::builtin(), settings: Settings::default(), format: ObjectFormat::Sha1 };
    let mut undone = 0;
    for (path, bytes) in corpus::manifests(&part) {
        let path = RepoPath::new(format!("modules/{path}"));
        let original = fix::fix(&compiler, &path, bytes).bytes;
        let text = String::from_utf8(original.clone()).expect("a manifest is text");
        let misspelt = misspelt(&text);
        if misspelt == text {
            continue;
        }
        let fixed = fix::fix(&compiler, &path, misspelt.clone().into_bytes());
        assert_eq!(String::from_utf8(fixed.bytes), Ok(text), "{path} from:\n{misspelt}");
        undone += fixed.fixes.len();
    }
    row("misspelt on purpose", &format!("{undone} places, all bytes as they were"));
}

/// The key of the context in its other spelling, and the category in small letters, wherever they begin a line.
fn misspelt(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        if line.starts_with("aiContext:") || line.starts_with("  \"aiContext\":") {
            line.replacen("aiContext", "ai_context", 1)
        } else if line.starts_with("  category: ") || line.starts_with("    \"category\": ") {
            line.to_ascii_lowercase()
        } else {
            line.to_owned()
        }
    });
    lines.collect()
}
