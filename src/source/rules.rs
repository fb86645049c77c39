//! The rules of reading.
//!
//! The loader reports some of them, for what it finds instead of a file that can be read.

use crate::diagnostic::{Rule, Severity};

/// All rules of reading.
pub static ALL: [&Rule; 14] = [
    &UNREADABLE,
    &SYMLINK,
    &NOT_A_MANIFEST,
    &IGNORED,
    &LFS_POINTER,
    &TOO_LARGE,
    &ENCODING,
    &SYNTAX,
    &MULTIPLE_DOCUMENTS,
    &DUPLICATE_KEY,
    &MERGE_KEY,
    &NUMBER,
    &TOO_DEEP,
    &TOO_MANY_ALIASES,
];

/// A file that cannot be opened or read.
pub static UNREADABLE: Rule = Rule {
    code: "source/unreadable",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest cannot be read",
    explanation: "\
The file could not be read: its permissions forbid it, the disk failed, its name is not UTF-8, or what carries a \
manifest's name (`x.yaml`) is a directory or a device.

What cannot be read cannot be checked, and silently leaving it out would remove its module from the registry. The \
entry is held at its last good content until the file can be read again.

Fix the permissions or rename the file; a directory under `modules/` needs a name without a manifest's extension.",
};

/// A symbolic link where a manifest could be.
pub static SYMLINK: Rule = Rule {
    code: "source/symlink",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a symbolic link is in the place of a manifest",
    explanation: "\
Symbolic links under `modules/` are reported and not followed. A link may lead out of the repository or in a circle, and \
its target is not part of the commit that is compiled: two clones of the same commit would give two registries.

Replace the link by a copy of its target, or move the target here.",
};

/// A name that nearly is a manifest's.
pub static NOT_A_MANIFEST: Rule = Rule {
    code: "source/not-a-manifest",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a file looks like a manifest and has another extension",
    explanation: "\
Manifests are the files under `modules/` that end in `.yaml`, `.yml` or `.json`, in lower case. This file ends nearly so \
(`.jsonc`, `.yaml.txt`, `.YAML`) and is not read, which its author may not have meant.

Rename it to one of the three extensions to make it a manifest:

    drive.yaml.txt  ->  drive.yaml

or move it out of `modules/`.",
};

/// A file that Git ignores.
pub static IGNORED: Rule = Rule {
    code: "source/ignored",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a file that Git ignores is checked by its name",
    explanation: "\
The file is not tracked, and a rule of `.gitignore` or of another ignore file of Git matches it. Whatever it says, no commit \
contains it, and so no sync registers it. Without a path on the command line `modreg validate`, `diff` and `compile` leave such \
files out.

`git check-ignore -v FILE` names the rule that matches. Change that rule, or add the file with `git add --force FILE`: a tracked \
file is never ignored.",
};

/// The text that Git LFS commits in place of a file.
pub static LFS_POINTER: Rule = Rule {
    code: "source/lfs-pointer",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest is stored with Git LFS",
    explanation: "\
Git LFS keeps the content of the file outside the repository, and the commit contains a pointer to it: three lines that start \
with `version https://git-lfs.github.com/spec/v1`. A registry is compiled from commits, so it would be compiled from the pointer.

For the registry to be able to read the manifests, store them in Git itself:

    git lfs pull
    git lfs untrack 'modules/**'
    git add --renormalize modules

`git lfs pull` alone brings the content into the working tree, and not into the commit.",
};

/// More bytes than the limit.
pub static TOO_LARGE: Rule = Rule {
    code: "source/too-large",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest is larger than the limit",
    explanation: "\
The file has more bytes than a manifest may have. It was not read at all. The limit keeps one file from \
using up the memory and the time of everybody's check; real manifests have a few kilobytes.

Shorten the file: data belongs behind a context provider's endpoint, not in the manifest. The limit is `manifest_size` under \
`[limits]` in `modreg.toml`.",
};

/// Bytes that are not UTF-8.
pub static ENCODING: Rule = Rule {
    code: "source/encoding",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest is not UTF-8",
    explanation: "\
The file holds bytes that are not UTF-8. Mostly an editor saved it in an older encoding, such as Windows-1252 or UTF-16, \
in which letters with accents and curly quotes are other bytes. Guessing the encoding would turn some texts into others.

The finding names the first such byte by its offset, counted from 0. Open the file in the encoding it was written in and save \
it as UTF-8; in most editors that is \"Save with Encoding\", on a command line

    iconv -f WINDOWS-1252 -t UTF-8 module.yaml > fixed.yaml

A byte order mark at the beginning is accepted.",
};

/// Text that is no JSON or YAML.
pub static SYNTAX: Rule = Rule {
    code: "source/syntax",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest is not valid JSON or YAML",
    explanation: "\
The text breaks the rules of the format that the file's extension tells: `.json` is JSON by RFC 8259, without comments and trailing \
commas; `.yaml` and `.yml` are YAML 1.2.

In YAML most errors are one of these:

    title: Chat: the beginning      a text that holds `: ` needs quotes
    keywords: @home                 so does one that starts with a sign
    purpose: \"Says \"hello\"\"         write a quote within quotes as \\\"
    <tab>name: chat                 indent with spaces

In JSON look for a missing or superfluous comma, single quotes, and comments.

Some YAML is refused although it is valid, because readers disagree on it: tags (`!!str`), directives (`%YAML`), raw control \
characters, aliases as keys, lists and objects as keys. An empty file is refused too.",
};

/// More than one document.
pub static MULTIPLE_DOCUMENTS: Rule = Rule {
    code: "source/multiple-documents",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest has more than one document",
    explanation: "\
The file holds a second document: a second `---` in YAML, or text after the closing brace in JSON. One file describes \
one module; readers that take only the first document would silently drop the rest.

    name: chat
    ---            <- the second document starts here
    name: drive

Move each document to a file of its own.",
};

/// A key that is twice in an object.
pub static DUPLICATE_KEY: Rule = Rule {
    code: "source/duplicate-key",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a key is repeated in its object",
    explanation: "\
The same key is in one object twice. Most readers silently keep the last value, some the first, so what the file means would \
depend on who reads it.

    purpose: Sends messages
    keywords: [chat]
    purpose: Sends and finds messages      <- the second one

Remove one of the two, or rename it. In YAML, `1` and `\"1\"` are the same key.",
};

/// A key `<<`.
pub static MERGE_KEY: Rule = Rule {
    code: "source/merge-key",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a merge key (`<<`) is used",
    explanation: "\
The key `<<` merges another object into this one in YAML 1.1. It is not part of YAML 1.2: some readers merge, others see a \
field of that name. It is refused everywhere, also in quotes and in JSON.

    base: &base { description: Files }
    entity:
      <<: *base            <- write `description: Files` here
      name: file

Write the fields out. Aliases as values (`*base`) are read.",
};

/// A number beyond what every reader holds.
pub static NUMBER: Rule = Rule {
    code: "source/number",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a number is not finite, or beyond 2^53 - 1",
    explanation: "\
A number is beyond 9007199254740991 (2^53 - 1) on either side, or is infinite or none at all (`.inf`, `.nan`, `1e999`). Many \
readers of JSON hold numbers as 64-bit floats (RFC 8259, section 6): they would read a neighbouring number instead, and two \
different manifests would give the same entry.

Put identifiers in quotes:

    accountId: \"12345678901234567890\"

In YAML a text that looks like a number, such as the commit `1e999`, needs quotes as well.",
};

/// Collections too deep within each other.
pub static TOO_DEEP: Rule = Rule {
    code: "source/too-deep",
    severity: Severity::Error,
    is_configurable: false,
    summary: "lists and objects are nested too deeply",
    explanation: "\
Lists and objects lie within each other more deeply than a manifest may. Reading stopped there. The limit keeps a hostile file \
from exhausting the stack of any program that reads the registry; real manifests have fewer than ten levels.

Flatten the structure. The limit is `depth` under `[limits]` in `modreg.toml`.",
};

/// Aliases that repeat too much.
pub static TOO_MANY_ALIASES: Rule = Rule {
    code: "source/too-many-aliases",
    severity: Severity::Error,
    is_configurable: false,
    summary: "YAML aliases repeat too many nodes",
    explanation: "\
YAML aliases (`*name`) repeat the node of their anchor (`&name`). Aliases of nodes that hold aliases multiply: a few lines can \
repeat billions of values. Reading stopped where all aliases of the file together repeated too many nodes, \
or for more than a hundred times what is written.

    a: &a [x, x, x, x]
    b: &b [*a, *a, *a, *a]
    c: &c [*b, *b, *b, *b]

Write the content out. The limit is `aliases` under `[limits]` in `modreg.toml`.",
};
