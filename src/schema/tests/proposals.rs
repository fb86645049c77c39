//! The proposals in the help for values of the wrong type.

use super::*;

/// Returns the help on the only finding.
fn help(change: impl FnOnce(&mut Value), format: Format) -> String {
    let manifest = manifest(change);
    let tree = tree(&manifest);
    let findings = Schemas::builtin().report_root(tree.root(), &|_| None, format).findings;
    let [finding] = &findings[..] else { panic!("{manifest}: {findings:?}") };
    finding.help.clone().unwrap()
}

/// Puts a value at a route of a manifest.
fn at<'a>(route: &'a str, value: &'a Value) -> impl FnOnce(&mut Value) + 'a {
    move |manifest| {
        let (parent, key) = route.rsplit_once('/').unwrap();
        let parent = manifest.pointer_mut(parent).unwrap();
        match key.parse::<usize>() {
            Ok(index) => parent[index] = value.clone(),
            Err(_) => parent[key] = value.clone(),
        }
    }
}

#[test]
fn the_help_can_be_copied_into_the_file() {
    let permissions = "/aiContext/actions/0/permissions";
    let duration = "/aiContext/contextProviders/0/cacheDuration";
    let endpoint = "/aiContext/contextProviders/0/endpoint";
    for (route, value, expected) in [
        ("/version", json!(0.2), "write `version: \"0.2.0\"`"),
        ("/version", json!("v1.0"), "write `version: \"1.0.0\"`"),
        (
            "/version",
            json!(null),
            "write a value such as `version: \"1.0.0\"`; a field that is not required can be left out",
        ),
        ("/version", json!(true), "expected a semantic version of three numbers such as `1.2.3`, in quotes"),
        ("/displayName", json!(5), "quote it: `displayName: \"5\"`"),
        ("/displayName", json!(["Drive", "in"]), "write one text: `displayName: \"Drive, in\"`"),
        ("/description", json!(null), "write a value, or remove the field"),
        (
            "/description",
            json!({"Drive": "stores files"}),
            "put a text that contains `: ` in quotes: `description: \"Drive: stores files\"`",
        ),
        ("/aiContext/keywords", json!("weather, rain"), "write a list: `keywords: [\"weather\", \"rain\"]`"),
        ("/aiContext/keywords", json!("-weather -rain"), "write a list: `keywords: [\"weather\", \"rain\"]`"),
        (
            "/aiContext/keywords",
            json!(null),
            "write a value such as `keywords: [\"file\", \"folder\", \"upload\"]`; a field that is not required can be left out",
        ),
        ("/aiContext/keywords", json!([null]), "write a value, or remove the item"),
        (
            "/aiContext/keywords",
            json!([{"to": "do"}]),
            "put a text that contains `: ` in quotes: `\"to: do\"`",
        ),
        ("/aiContext/category", json!("OTHER#x"), "put a space before `#` to start a comment"),
        (
            permissions,
            json!("drive:write"),
            "write a list, also of one item: `permissions: [\"drive:write\"]`",
        ),
        (duration, json!("5m"), "write a number of milliseconds: `cacheDuration: 300000`"),
        (duration, json!("300_000"), "write a number of milliseconds: `cacheDuration: 300000`"),
        (
            duration,
            json!("soon"),
            "expected a whole number of milliseconds, 0 or more, such as `300000` for five minutes",
        ),
        (endpoint, json!("api/recent"), "write `endpoint: \"/api/recent\"`"),
        (endpoint, json!("https://x.example/api/recent"), "write `endpoint: \"/api/recent\"`"),
        (
            endpoint,
            json!("https://x.example"),
            "expected a path from the root, without a host, such as `/api/drive/recent`",
        ),
        ("/sync", json!("0 3 * * *"), "write a map: `sync: {\"schedule\": \"0 3 * * *\"}`"),
        ("/deprecated", json!(true), "write a map with `since` and `reason`"),
        (
            "/aiContext/actions",
            json!("share"),
            "write a list of maps, each with `name`, `description` and `permissions`",
        ),
        (
            "/aiContext/actions",
            json!({"name": "share", "description": "Shares", "permissions": []}),
            "put `- ` before its first key and two spaces before the other lines, to make it a list of one item",
        ),
    ] {
        assert_eq!(help(at(route, &value), Format::Yaml), expected, "{route} {value}");
    }
}

#[test]
fn json_has_its_own_spelling() {
    for (route, value, expected) in [
        ("/version", json!(0.2), "write `\"version\": \"0.2.0\"`"),
        (
            "/aiContext/keywords",
            json!("weather, rain"),
            "write a list: `\"keywords\": [\"weather\", \"rain\"]`",
        ),
        ("/aiContext/actions", json!({}), "put it between `[` and `]`, to make it a list of one item"),
    ] {
        assert_eq!(help(at(route, &value), Format::Json), expected, "{route} {value}");
    }
}

#[test]
fn fields_beside_their_map_are_moved_into_it() {
    let beside = |manifest: &mut Value| {
        let context = manifest["aiContext"].take();
        manifest.as_object_mut().unwrap().extend(context.as_object().unwrap().clone());
    };
    assert_eq!(
        help(beside, Format::Yaml),
        "indent `purpose`, `category`, `keywords`, `actions` and `contextProviders`, and the lines below them, by 2 spaces, so \
         that they belong to `aiContext`"
    );
    assert!(help(beside, Format::Json).ends_with("and `contextProviders` into `aiContext`"));
}
