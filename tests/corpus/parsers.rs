//! The public suites of YAML and JSON documents: what is invalid is refused, and of what is valid only what is listed here.

use std::{collections::BTreeSet, fs, path::Path};

use modreg::{
    domain::RepoPath,
    source::{self, Limits},
};
use serde_json::Value;

use crate::{corpus, report::row};

/// The valid YAML that is refused on purpose, by the reason.
const REFUSED_YAML: &[(&str, &str)] = &[
    (
        "directives, which few readers know",
        "27NA 2LFX 5TYM 6CK3 6LVF BEC7 C4HZ CC74 DK95/07 MUS6/02 MUS6/03 MUS6/04 MUS6/05 MUS6/06 P76L RTP8 U3C3 W4TN Z9M4 ZYU8/01 ZYU8/02 ZYU8/03",
    ),
    (
        "tags, which mean something else to each reader",
        "2AUY 2XXW 33X3 35KP 52DL 565N 57H4 6JWB 6WLZ 735Y 74H7 7FWL 8MK2 9KAX 9WXW BU8L CUP7 EHF6 F2C7 FH7J HMQ5 J7PZ L94M LE5A M5C3 S4JQ UGM3 WZ62 Z67P",
    ),
    ("names of anchors that other readers end elsewhere", "2SXE 8XYN W5VH Y2GN"),
    (
        "keys that are not on one line with their colon",
        "4MUZ/00 4MUZ/01 4MUZ/02 5MUD 5WE3 8KB6 9BXH 9SA2 CT4Q JTV5 K3WX NJ66 UT92 VJP3/01",
    ),
    ("keys without a name", "2JQS 6M2F CFD4 DFF7 NHX8 NKF9 PW8X S3PD SM9W/01 UKK6/00"),
    (
        "keys that are lists, objects or aliases",
        "26DV 4FJ6 6BFJ 6PBE 9MMW E76Z KK5P LX3P M2N8/00 M2N8/01 M5DY Q9WF RZP5 SBG9 V9D5 X38W XW4D",
    ),
    (
        "tabs where most readers want spaces",
        "6BCT 6CA3 96NN/00 96NN/01 A2M4 DK95/00 DK95/03 DK95/04 DK95/05 HS5T NB6Z Q5MG R4YG Y79Y/001 Y79Y/010",
    ),
    ("a colon without a space, within brackets", "4ABK FRK4"),
    ("unquoted texts within brackets that start or go on with a sign", "58MP 5T43 652Z DBG4 HM87/00 HM87/01"),
    ("several documents", "6XDY 6ZKB 7Z25 9DXL JHB9 KSS4 L383 M7A3 PUW8 RZT7 U9NS"),
    (
        "a text in block style as the whole document",
        "2G84/02 2G84/03 4Q9F 6FWR 6JQW 6VJK 753E 7T8X 93WF 96L6 B3HG DK3J DWX9 FP8R G992 K527 M9B4 MJS9 MYW6 T26H T5N4 TS54",
    ),
    ("empty documents", "8G76 98YD AVM7 HWV9 QT73 UKK6/02"),
];

/// How many valid YAML documents are read.
const READ_YAML: usize = 153;

/// The valid YAML that is read as `serde_yaml` reads it, and not with the value of the suite: a text in block style at the end of
/// a file without a final line feed.
const OTHER_VALUE: &str = "L24T/01";

/// The valid JSON that is refused on purpose, by the reason.
const REFUSED_JSON: &[(&str, &str)] = &[
    ("keys that are repeated", "y_object_duplicated_key y_object_duplicated_key_and_value"),
    (
        "numbers that not every reader holds",
        "y_number y_number_real_capital_e y_number_real_exponent y_number_real_fraction_exponent y_object_extreme_numbers",
    ),
];

/// How many valid JSON documents are read.
const READ_JSON: usize = 88;

/// The JSON that readers may take or refuse, and that is read.
const OPTIONAL_JSON: &str =
    "i_number_double_huge_neg_exp i_number_real_underflow i_structure_UTF-8_BOM_empty_object";

/// One document of the YAML suite.
struct Example {
    /// The name of the file, and the number of the document where it has several: `DK95/01`.
    name: String,
    text: String,
    is_valid: bool,
    /// The value that the suite has for it, as JSON.
    json: Option<String>,
}

#[test]
fn yaml_is_refused_where_it_is_invalid_and_read_where_it_is_valid() {
    let Some(part) = corpus::part("yaml-test-suite") else { return };
    let (mut accepted, mut refused, mut invalid, mut equal) = (0, BTreeSet::new(), 0, 0);
    let mut wrong = Vec::new();
    for example in examples(&part) {
        let read = read("a.yaml", example.text.as_bytes());
        match (example.is_valid, &read) {
            (true, None) => _ = refused.insert(example.name),
            (true, Some(value)) => {
                accepted += 1;
                if let Some(expected) =
                    example.json.and_then(|json| serde_json::from_str::<Value>(&json).ok())
                {
                    if *value == expected {
                        equal += 1;
                    } else if example.name != OTHER_VALUE {
                        wrong.push(format!("{} is read as {value}, but is {expected}", example.name));
                    }
                }
            }
            (false, None) => invalid += 1,
            (false, Some(value)) => wrong.push(format!("{} is invalid, but read as {value}", example.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(refused, listed(REFUSED_YAML));
    assert_eq!(accepted, READ_YAML);
    let read = format!("{accepted} read, {equal} of them with the value of the suite");
    row(
        "YAML suite",
        &format!("{invalid} invalid refused; valid: {read}, {} refused on purpose", refused.len()),
    );
}

#[test]
fn json_is_refused_where_it_is_invalid_and_read_where_it_is_valid() {
    let Some(part) = corpus::part("json-test-suite") else { return };
    let (mut accepted, mut refused, mut invalid) = (0, BTreeSet::new(), 0);
    let (mut wrong, mut optional) = (Vec::new(), BTreeSet::new());
    for name in names(&part, ".json") {
        let bytes = fs::read(part.join(format!("{name}.json"))).expect("a readable file");
        match (name.split('_').next(), read("a.json", &bytes)) {
            (Some("y"), Some(_)) => accepted += 1,
            (Some("y"), None) => _ = refused.insert(name),
            (Some("n"), Some(value)) => wrong.push(format!("{name} is invalid, but read as {value}")),
            (Some("n"), None) => invalid += 1,
            (Some("i"), Some(_)) => _ = optional.insert(name),
            (Some("i"), None) => {}
            _ => panic!("{name} is of no known kind"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(refused, listed(REFUSED_JSON));
    assert_eq!(optional, listed(&[("", OPTIONAL_JSON)]));
    assert_eq!(accepted, READ_JSON);
    let valid = format!("{accepted} read, {} refused on purpose", refused.len());
    row("JSON suite", &format!("{invalid} invalid refused; valid: {valid}"));
}

/// The value of a document, or `None` where it is refused. Whole numbers are integers, however they are written.
fn read(path: &str, bytes: &[u8]) -> Option<Value> {
    let parsed = source::parse(&RepoPath::new(path), bytes, &Limits::default());
    Some(parsed.document.filter(|_| parsed.diagnostics.is_empty())?.root().to_json())
}

fn listed(table: &[(&str, &str)]) -> BTreeSet<String> {
    table.iter().flat_map(|(_, names)| names.split(' ').map(str::to_owned)).collect()
}

/// The names of the files with an ending, without it, sorted.
fn names(part: &Path, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(part).expect("a part of the corpus is a folder");
    let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("a plain name");
    let names = entries.map(|entry| name(entry.expect("a readable folder")));
    let mut names: Vec<_> = names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect();
    names.sort();
    names
}

/// The documents of the YAML suite, without those that the suite itself skips.
fn examples(part: &Path) -> Vec<Example> {
    let mut examples = Vec::new();
    for file in names(part, ".yaml") {
        let text = fs::read_to_string(part.join(format!("{file}.yaml"))).expect("a readable file");
        let tests: Vec<serde_yaml::Value> =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let digits = tests.len().to_string().len() + 1;
        for (number, test) in tests.iter().enumerate().filter(|(_, test)| test.get("skip").is_none()) {
            let name = if tests.len() == 1 { file.clone() } else { format!("{file}/{number:0>digits$}") };
            let text = |key: &str| test.get(key).and_then(serde_yaml::Value::as_str);
            examples.push(Example {
                text: written(text("yaml").unwrap_or_else(|| panic!("{name} has no document"))),
                is_valid: test.get("fail").is_none(),
                json: text("json").map(str::to_owned),
                name,
            });
        }
    }
    examples
}

/// The document that the suite writes with visible signs in the place of white space and line ends.
fn written(shown: &str) -> String {
    let mut text = shown.replace('␣', " ").replace('↵', "").replace('←', "\r").replace('⇔', "\u{feff}");
    while text.contains("—»") {
        text = text.replace("—»", "»");
    }
    let text = text.replace('»', "\t");
    text.strip_suffix("∎\n").map_or(text.clone(), str::to_owned)
}
