//! The settings file as a whole.

use std::time::Duration;

use super::{layout::SECTIONS, *};
use crate::domain::Schedule;

const fn rule(code: &'static str, is_configurable: bool) -> Rule {
    Rule { code, severity: Severity::Warning, is_configurable, summary: "", explanation: "" }
}

static NOT_BUMPED: Rule = rule("version/not-bumped", true);
static DECREASED: Rule = rule("version/decreased", true);
static SYNTAX: Rule = rule("source/syntax", false);

fn parse(text: &str) -> Result<Settings, SettingsError> {
    Settings::parse(text, &[&NOT_BUMPED, &DECREASED, &SYNTAX])
}

fn faults(text: &str) -> Vec<String> {
    let error = parse(text).expect_err(text);
    error.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn an_empty_file_means_the_defaults() {
    for text in
        ["", "\n", "# only a comment\r\n", "\u{feff}[modules]\n[limits]\n[rules]\n[guard]\n", "suppress = []"]
    {
        assert_eq!(parse(text), Ok(Settings::default()), "{text:?}");
    }
}

#[test]
fn the_template_has_every_key_with_its_default() {
    assert_eq!(parse(Settings::template()), Ok(Settings::default()));
    let switched_on: String = Settings::template()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(example) if !example.is_empty() && !example.starts_with(' ') => format!("{example}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let settings = parse(&switched_on).unwrap();
    assert_eq!((settings.severity(&NOT_BUMPED), settings.suppressions.len()), (Some(Severity::Error), 1));
    for (section, shape) in SECTIONS {
        assert!(
            switched_on.contains(&format!("[{section}]")),
            "`[{section}]` is not in src/settings/template.toml"
        );
        for key in shape.keys().unwrap_or_default() {
            assert!(
                switched_on.lines().any(|line| line.starts_with(&format!("{key} = "))),
                "`{section}.{key}` is not in src/settings/template.toml"
            );
        }
    }
}

#[test]
fn takes_every_key() {
    let digest = Digest::of(b"\"1.0.0\"");
    let settings = parse(&format!(
        "[modules]\npath = 'apps'\n[limits]\nmanifest_size = 2_048\ndepth = 0x10\naliases = 0\n[rules]\n\
         'version/not-bumped' = 'off'\n\"version/decreased\" = 'warning'\n[guard]\nremovals = 0\npercent = 100\n\
         [push]\nremote = 'https://git.example.org/r'\nbranch = 'refs/heads/live'\nattempts = 1\ntimeout = 3600\n\
         [[suppress]]\nrule = 'version/decreased'\nmodule = 'drive'\npointer = '/version'\nreason = 'agreed'\ndigest = '{digest}'\n"
    ))
    .unwrap();
    assert_eq!(settings.modules.as_str(), "apps");
    assert_eq!(settings.limits, Limits { bytes: 2048, depth: 16, aliases: 0 });
    assert_eq!(settings.guard, Guard { removals: 0, percent: 100 });
    let push = Push {
        remote: Some("https://git.example.org/r".into()),
        branch: Some("live".into()),
        attempts: 1,
        timeout: Duration::from_hours(1),
    };
    assert_eq!(settings.push, push);
    assert_eq!(settings.severity(&NOT_BUMPED), None);
    assert_eq!(settings.severity(&DECREASED), Some(Severity::Warning));
    let [suppression] = settings.suppressions.as_slice() else { panic!("{settings:?}") };
    let (drive, version) = ("drive".parse().unwrap(), Pointer::new("/version"));
    for (rule, module, pointer, value, covered) in [
        (&DECREASED, &drive, &version, "\"1.0.0\"", true),
        (&DECREASED, &drive, &version, "\"1.0.1\"", false),
        (&NOT_BUMPED, &drive, &version, "\"1.0.0\"", false),
        (&DECREASED, &"chat".parse().unwrap(), &version, "\"1.0.0\"", false),
        (&DECREASED, &drive, &Pointer::ROOT, "\"1.0.0\"", false),
    ] {
        assert_eq!(suppression.covers(rule, module, pointer, value.as_bytes()), covered, "{value} {pointer}");
    }
    let undated = Suppression { digest: None, ..suppression.clone() };
    assert!(!undated.covers(&DECREASED, &drive, &version, b"\"1.0.0\""));
}

#[test]
fn takes_every_section_of_the_server() {
    let settings = parse(
        "[serve.auth]\nissuer = 'login'\naudience = 'modreg'\n\
         [[serve.auth.keys]]\nalgorithm = 'EdDSA'\nfile = 'keys/ci.pem'\n\
         [[serve.auth.issuers]]\nissuer = 'https://ci.example.org'\naudience = 'modreg'\nalgorithm = 'ES256'\n\
         claims = { repository = 'a/b', ref = 'refs/heads/main' }\n\
         [schedule]\nenabled = false\ncron = '30 4 * * MON'\ntimezone = 'Europe/Berlin'\n\
         [[webhooks]]\nurl = 'https://hooks.example.org/a'\nsecret_env = 'HOOK_A'\nevents = ['sync.unchanged']\n\
         [[webhooks]]\nurl = 'https://hooks.example.org/b'\nsecret_env = 'HOOK_B'\n",
    )
    .unwrap();
    let key = PublicKey {
        algorithm: Algorithm::EdDsa,
        source: KeySource::File("keys/ci.pem".into()),
        issuer: None,
        audience: None,
    };
    let issuer = Issuer {
        issuer: "https://ci.example.org".parse().unwrap(),
        audience: "modreg".into(),
        algorithm: Algorithm::Es256,
        claims: [("repository", "a/b"), ("ref", "refs/heads/main")]
            .map(|(claim, text)| (claim.to_owned(), text.to_owned()))
            .into(),
    };
    let (issuers, keys) = (vec![issuer], vec![key]);
    let auth = Auth { issuer: Some("login".into()), audience: Some("modreg".into()), keys, issuers };
    assert_eq!(settings.auth, auth);
    let registry = Schedule::parse("30 4 * * MON", "Europe/Berlin").unwrap();
    assert_eq!(settings.schedule, Scheduling { is_enabled: false, registry });
    let events: Vec<_> = settings.webhooks.iter().map(|webhook| &webhook.events).collect();
    assert_eq!(
        events,
        [&[WebhookEvent::Unchanged].into(), &[WebhookEvent::Completed, WebhookEvent::Failed].into()]
    );
    assert_eq!(settings.webhooks[1].secret_env, "HOOK_B");
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = "\
[modules]
path = '../elsewhere'
[limit]
[limits]
manifest_sise = 1
depth = 'deep'
aliases = -1
[guard]
percent = 101
removals = 99999999999999999999
[rules]
'version/not-bumbed' = 'error'
'source/syntax' = 'off'
'version/decreased' = 'warn'
";
    assert_eq!(
        faults(text),
        [
            "modreg.toml:2:8: the path contains `..`",
            "  help: name the folder without `..`",
            "modreg.toml:3:2: unknown section `limit`",
            "  help: did you mean `limits`?",
            "modreg.toml:5:1: unknown key `manifest_sise` in `limits`",
            "  help: did you mean `manifest_size`?",
            "modreg.toml:6:9: `depth` must be a whole number, not a text",
            "modreg.toml:7:11: the number is out of range",
            "  help: write a number from 0 to 16777216",
            "modreg.toml:9:11: the number is out of range",
            "  help: write a number from 0 to 100",
            "modreg.toml:10:12: the number is out of range",
            "  help: write a number from 0 to 1000000",
            "modreg.toml:12:1: there is no rule `version/not-bumbed`",
            "  help: did you mean `version/not-bumped`?",
            "modreg.toml:13:1: `source/syntax` cannot be changed or suppressed",
            "  help: `modreg explain source/syntax` describes how to fix what it reports",
            "modreg.toml:14:23: `warn` is not a severity",
            "  help: the severities are `error`, `warning`, `note`, `off`",
        ]
    );
}

#[test]
fn a_suppression_must_be_whole_and_make_sense() {
    let text = "\
[[suppress]]
rule = 'source/syntax'
module = 'Drive'
pointer = 'version'
reason = ' '
digest = 'sha256:0'
[[suppress]]
rule = 'version/decreased'
module = 'drive'
pointer = '/a~2b'
until = 'tomorrow'
";
    let messages: Vec<_> = faults(text).into_iter().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        messages,
        [
            "modreg.toml:2:8: `source/syntax` cannot be changed or suppressed",
            "modreg.toml:3:10: `Drive` is not a module name: expected 2 to 63 characters: words of `a-z` and `0-9` joined by single hyphens, starting with a letter",
            "modreg.toml:4:11: `version` is not a JSON Pointer",
            "modreg.toml:5:10: the reason is blank",
            "modreg.toml:6:10: `sha256:0` is not a digest: expected `sha256:` and 64 lower-case hexadecimal digits",
            "modreg.toml:7:1: `reason` is missing in `suppress`",
            "modreg.toml:10:11: `/a~2b` is not a JSON Pointer",
            "modreg.toml:11:1: unknown key `until` in `suppress`",
        ]
    );
    let once = "[[suppress]]\nrule = 'version/decreased'\nmodule = 'drive'\npointer = ''\nreason = 'x'\n";
    assert!(parse(once).is_ok());
    assert_eq!(
        faults(&once.repeat(2))[0],
        "modreg.toml:6:1: `version/decreased` is suppressed twice for the same place"
    );
}

#[test]
fn invalid_toml_is_reported_with_its_place() {
    for (text, first) in [
        ("[limits\ndepth = 1", "modreg.toml:1:8: "),
        ("depth = ", "modreg.toml:1:9: "),
        ("[limits]\ndepth = 1\ndepth = 2\n", "modreg.toml:3:1: "),
        ("[limits]\n[limits]\n", "modreg.toml:2:2: "),
        ("a = \"\\u{0}", "modreg.toml:1:"),
    ] {
        let reported = faults(text);
        assert!(reported[0].starts_with(first), "{text:?}: {reported:?}");
        assert!(reported[0].contains("not valid TOML: "), "{text:?}: {reported:?}");
    }
    let unquoted = faults("[rules]\nversion/decreased = \"off\"\n");
    assert!(
        unquoted.contains(&"  help: put the code in quotes: `\"version/decreased\"`".to_owned()),
        "{unquoted:?}"
    );
}

#[test]
fn refused_values_are_reported() {
    for (text, message) in [
        ("\u{feff}modules = 'x'", "modreg.toml:1:11: `modules` must be a table, not a text"),
        ("rules = []", "modreg.toml:1:9: `rules` must be a table, not a list"),
        ("suppress = 1", "modreg.toml:1:12: `suppress` must be a list of tables, not a whole number"),
        ("suppress = [1]", "modreg.toml:1:13: `suppress` must be a table, not a whole number"),
        ("[modules]\npath = true", "modreg.toml:2:8: `path` must be a text, not true or false"),
        (
            "[limits]\nmanifest_size = 1.5",
            "modreg.toml:2:17: `manifest_size` must be a whole number or a text, not a number with a fraction",
        ),
        ("[limits]\nmanifest_size = '1 GB'", "modreg.toml:2:17: `1 GB` is not a size"),
        ("[limits]\nmanifest_size = 0", "modreg.toml:2:17: the number is out of range"),
        ("[push]\nremote = '--force'", "modreg.toml:2:10: this is not a remote"),
        ("[push]\nbranch = 'a..b'", "modreg.toml:2:10: this is not the name of a branch"),
        ("[push]\nbranch = ''", "modreg.toml:2:10: this is not the name of a branch"),
        ("[push]\nbranch = 'main.lock/x'", "modreg.toml:2:10: this is not the name of a branch"),
        ("[push]\nattempts = 11", "modreg.toml:2:12: the number is out of range"),
        ("[push]\ntimeout = 0", "modreg.toml:2:11: the number is out of range"),
        ("[serve]\nlisten = '8080'", "modreg.toml:2:10: this is not an address with a port"),
        (
            "[serve]\npublic_read = 1",
            "modreg.toml:2:15: `public_read` must be true or false, not a whole number",
        ),
        ("[serve]\ncors = 'x'", "modreg.toml:2:8: `cors` must be a list of texts, not a text"),
        ("[serve]\ncors = ['https://a.example/']", "modreg.toml:2:9: this is not an origin"),
        ("[serve]\nfollow = -1", "modreg.toml:2:10: the number is out of range"),
        ("[serve.limits]\nbody = '1 GiB'", "modreg.toml:2:8: `1 GiB` is not a size"),
        ("[serve.limits]\nconnections = 0", "modreg.toml:2:15: the number is out of range"),
        ("[serve.limit]", "modreg.toml:1:8: unknown key `limit` in `serve`"),
        ("[rules]\nversion.decreased = 'off'", "modreg.toml:2:1: `version` must be a text, not a table"),
        ("[serve]\nauth = 1", "modreg.toml:2:8: `serve.auth` must be a table, not a whole number"),
        ("[serve.auth]\nsecret = 'x'", "modreg.toml:2:1: unknown key `secret` in `serve.auth`"),
        (
            "serve.auth.keys = 1",
            "modreg.toml:1:19: `serve.auth.keys` must be a list of tables, not a whole number",
        ),
        ("[[serve.auth.keys]]\nfile = 'k'", "modreg.toml:1:1: `algorithm` is missing in `serve.auth.keys`"),
        (
            "[[serve.auth.keys]]\nalgorithm = 'RS256'",
            "modreg.toml:1:1: `file` or `pem` is missing in `serve.auth.keys`",
        ),
        (
            "[[serve.auth.keys]]\nalgorithm = 'HS256'\nfile = 'k'",
            "modreg.toml:2:13: `HS256` is not a supported algorithm",
        ),
        (
            "[[serve.auth.keys]]\nalgorithm = 'none'\nfile = 'k'",
            "modreg.toml:2:13: `none` is not a supported algorithm",
        ),
        (
            "[[serve.auth.keys]]\nalgorithm = 'RS256'\nfile = 'k'\npem = '-----BEGIN PUBLIC KEY-----'",
            "modreg.toml:1:1: both `file` and `pem` are given",
        ),
        (
            "[[serve.auth.keys]]\nalgorithm = 'RS256'\npem = '-----BEGIN PRIVATE KEY-----'",
            "modreg.toml:3:7: this is a private key",
        ),
        (
            "[[serve.auth.issuers]]\nissuer = 'http://login.example.org'\naudience = 'a'\nclaims = { email = 'e' }",
            "modreg.toml:2:10: the address is not `https`",
        ),
        (
            "[[serve.auth.issuers]]\nissuer = 'https://login.example.org'\naudience = 'a'",
            "modreg.toml:1:1: `claims` is missing in `serve.auth.issuers`: without it, every user of the issuer would be accepted",
        ),
        (
            "[[serve.auth.issuers]]\nissuer = 'https://login.example.org'\nclaims = { email = 'e' }",
            "modreg.toml:1:1: `audience` is missing in `serve.auth.issuers`",
        ),
        ("[schedule]\nenabled = 'no'", "modreg.toml:2:11: `enabled` must be true or false, not a text"),
        ("[schedule]\ncron = '0 0 30 2 *'", "modreg.toml:2:8: `0 0 30 2 *` never happens"),
        ("[schedule]\ncron = 'daily'", "modreg.toml:2:8: `daily` is not a cron expression of five fields"),
        ("[schedule]\ntimezone = 'Chicago'", "modreg.toml:2:12: `Chicago` is not a time zone"),
        ("[[webhooks]]\nsecret_env = 'S'", "modreg.toml:1:1: `url` is missing in `webhooks`"),
        (
            "[[webhooks]]\nurl = 'http://example.org/'\nsecret_env = 'S'",
            "modreg.toml:2:7: the address is not `https`",
        ),
        (
            "[[webhooks]]\nurl = 'https://example.org/'\nsecret_env = 'whsec_bW9kcmVn'",
            "modreg.toml:3:14: this is the secret itself",
        ),
        (
            "[[webhooks]]\nurl = 'https://example.org/'\nsecret_env = 'S'\nevents = ['sync.complete']",
            "modreg.toml:4:11: there is no event `sync.complete`",
        ),
        (
            "[[webhooks]]\nurl = 'https://example.org/'\nsecret_env = 'S'\nevents = 'all'",
            "modreg.toml:4:10: `events` must be a list of texts, not a text",
        ),
        ("\"\\u001b[8m\" = 1", "modreg.toml:1:1: unknown section `\\u{1b}[8m`"),
    ] {
        assert_eq!(faults(text)[0], message, "{text}");
    }
}

#[test]
fn the_fingerprint_depends_on_exactly_the_settings_that_change_output() {
    let fingerprint = |text: &str| parse(text).unwrap().output_fingerprint();
    let plain = fingerprint("");
    for text in [
        "[guard]\nremovals = 9",
        "[schedule]\nenabled = false",
        "[rules]\n'version/decreased' = 'warning'",
        "# x",
    ] {
        assert_eq!(fingerprint(text), plain, "{text}");
    }
    let suppress = "[[suppress]]\nrule = 'version/decreased'\nmodule = 'drive'\npointer = ''\nreason = 'x'\n";
    for text in [
        "[modules]\npath = 'm'",
        "[limits]\ndepth = 63",
        "[limits]\naliases = 1",
        "[limits]\nmanifest_size = 1",
        "[rules]\n'version/decreased' = 'off'",
        "[rules]\n'version/decreased' = 'error'",
        suppress,
    ] {
        assert_ne!(fingerprint(text), plain, "{text}");
    }
    assert_eq!(fingerprint(suppress), fingerprint(&suppress.replace("'x'", "'another reason'")));
    let other = suppress.replace("drive", "chat");
    assert_eq!(fingerprint(&format!("{suppress}{other}")), fingerprint(&format!("{other}{suppress}")));
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_every_place_is_within_the_text(text in "([\\[\\]=\"'.#\n a-z0-9/é]|\\[rules\\]\n|\\[\\[suppress\\]\\]\n|depth = ){0,40}") {
        if let Err(error) = parse(&text) {
            assert!(!error.faults.is_empty());
            for fault in error.faults {
                assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
            }
        }
    }
}
