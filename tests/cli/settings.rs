//! `modreg.toml` and a registry's own `schema/`: what they change, and the messages for invalid ones.

use crate::harness::Folder;

#[test]
fn every_mistake_has_its_line_and_column() {
    let folder = Folder::with_modules(&["chat"]);
    folder.write(
        "modreg.toml",
        "[module]\npath = \"x\"\n[guard]\npercent = 300\n[rules]\n\"version/not-bumpd\" = \"error\"\n\"alias/ai-context\" = \"loud\"\n",
    );
    folder.commit("mistakes");
    for command in ["validate", "compile", "diff", "sync", "status", "prune"] {
        folder.refuses(
            2,
            &[command],
            &[
                "`modreg.toml` has 4 mistakes",
                "\n  modreg.toml:1:2: unknown section `module`\n",
                "did you mean `modules`?",
                "\n  modreg.toml:4:11: the number is out of range\n",
                "write a number from 0 to 100",
                "\n  modreg.toml:6:1: there is no rule `version/not-bumpd`\n",
                "\n  modreg.toml:7:22: `loud` is not a severity\n",
            ],
        );
    }
    folder.write("modreg.toml", "[guard\n");
    folder.expect(2, &["validate"]).says(&[
        "`modreg.toml` has a mistake",
        "modreg.toml:1:",
        "not valid TOML",
    ]);
}

#[test]
fn a_rule_that_is_raised_to_an_error_holds() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modreg.toml", "[rules]\n\"version/not-bumped\" = \"error\"\n");
    folder.edit("modules/chat/module.yaml", "second", "third");
    folder.commit("changed, and not bumped");
    folder.expect(3, &["sync"]).says(&["version/not-bumped", "held since version 2: chat"]);
    assert!(folder.read("registry/modules/ch/at/chat.json").contains("second"));
    folder.edit("modules/chat/module.yaml", "1.0.0", "1.0.1");
    folder.commit("bumped");
    folder.expect(0, &["sync"]);
    assert!(folder.read("registry/modules/ch/at/chat.json").contains("third"));
}

#[test]
fn one_place_is_excused_as_long_as_it_stays_the_same() {
    let folder = Folder::with_modules(&["chat"]);
    folder.edit("modules/chat/module.yaml", "aiContext:", "ai_context:");
    let suppress = |digest: &str| {
        format!(
            "[rules]\n\"alias/ai-context\" = \"error\"\n[[suppress]]\nrule = \"alias/ai-context\"\nmodule = \"chat\"\n\
             pointer = \"/ai_context\"\nreason = \"renamed soon\"\n{digest}"
        )
    };
    folder.write("modreg.toml", suppress(""));
    let ran = folder.expect(1, &["validate"]);
    let digest =
        ran.out.split("sha256:").nth(1).expect("the finding shows the digest").get(..64).unwrap().to_owned();
    folder.write("modreg.toml", suppress(&format!("digest = \"sha256:{digest}\"\n")));
    folder.expect(0, &["validate"]);
    folder.write("modreg.toml", suppress(&format!("digest = \"sha256:{}\"\n", "0".repeat(64))));
    folder.expect(1, &["validate"]);
}

#[test]
fn manifests_may_lie_elsewhere() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    folder.write("modreg.toml", "[modules]\npath = \"apps/all\"\n");
    std::fs::create_dir(folder.path().join("apps")).unwrap();
    folder.git(&["mv", "modules", "apps/all"]);
    folder.commit("moved");
    folder.expect(0, &["sync"]).prints(&["2 updated"]);
    assert!(folder.read("registry/modules/ch/at/chat.json").contains("apps/all/chat/module.yaml"));
    folder.expect(0, &["new", "mail"]).prints(&["apps/all/mail/module.yaml"]);
    folder.expect(0, &["validate"]).says(&["3 manifests"]);
    folder.expect(0, &["verify"]);
}

#[test]
fn a_registrys_own_schema_decides() {
    let folder = Folder::with_modules(&["chat", "drive"]);
    folder.expect(0, &["sync"]);
    let schema = folder.expect(0, &["schema", "ai-context"]).out;
    let own = schema.replacen("\"OTHER\"", "\"SECRET\"", 1);
    assert_ne!(own, schema);
    folder.write("schema/ai-context.schema.json", own);
    folder.write("schema/README.md", b"\xff not looked at");
    folder.commit("a category less");
    folder.expect(1, &["validate"]).prints(&["schema/enum", "SECRET"]);
    let report = folder.report(3, "sync-report", &["sync"]);
    assert_eq!(report["summary"]["held"], 2, "a new schema is a full compile");
    folder.expect(0, &["verify"]);
}

#[test]
fn broken_and_hostile_schemas_are_named() {
    let folder = Folder::with_modules(&["chat"]);
    for (text, words) in [
        (&b"{"[..], "is not JSON"),
        (b"\xff", "is not UTF-8"),
        (b"{\"type\": \"nonsense\"}", "is not a valid JSON Schema at `/type`"),
        (b"{\"pattern\": \"(?=x)\"}", "look-around is not supported"),
        (b"{\"$ref\": \"http://example.org/x.json\"}", "refers to `http://example.org/x.json`"),
        (b"{\"$ref\": \"file:///etc/passwd\"}", "refers to `file:///etc/passwd`"),
        (b"{\"$ref\": \"../modreg.toml\"}", "not in the folder `schema/`"),
    ] {
        folder.write("schema/module.schema.json", text);
        folder.commit("a schema");
        for command in ["validate", "sync"] {
            folder.refuses(2, &[command], &["`schema/module.schema.json`", words]);
        }
    }
}

#[test]
fn what_an_own_schema_calls_deprecated_is_published_only_where_readers_understand_it() {
    let folder = Folder::with_modules(&["chat", "drive", "mail"]);
    folder.write("schema/module.schema.json", "{\"required\": [\"name\"]}");
    for (name, deprecated) in
        [("chat", "false"), ("drive", "yes"), ("mail", "{since: 1.1.0, reason: moved, who: us}")]
    {
        let path = format!("modules/{name}/module.yaml");
        folder.write(&path, folder.read(&path) + &format!("deprecated: {deprecated}\n"));
    }
    folder.commit("fields of our own");
    folder.expect(0, &["sync"]);
    for (path, is_published) in [("ch/at/chat", false), ("dr/iv/drive", false), ("ma/il/mail", true)] {
        let entry = folder.read(&format!("registry/modules/{path}.json"));
        assert_eq!(entry.contains("\"deprecated\""), is_published, "{entry}");
    }
    folder.expect(0, &["verify"]);
}
