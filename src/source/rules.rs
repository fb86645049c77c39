//! The rules about reading manifests.
//!
//! The loader reports those about files that cannot be read.

use crate::diagnostic::{Rule, Severity};

/// Every rule about reading manifests.
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
The file could not be read: its permissions forbid it, the disk failed, its name is not UTF-8, or a directory or \
a device has the name of a manifest (`x.yaml`).

If the file were left out silently, its module would disappear from the registry. Instead, the entry is held at its last \
valid content until the file can be read again.

Fix the permissions or rename the file; the name of a directory under `modules/` must not end in `.yaml`, `.yml` or `.json`.",
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

/// A name that is similar to that of a manifest.
pub static NOT_A_MANIFEST: Rule = Rule {
    code: "source/not-a-manifest",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a file looks like a manifest, but has another extension",
    explanation: "\
Manifests are the files under `modules/` that end in `.yaml`, `.yml` or `.json`, in lower case. The extension of this \
file is similar (`.jsonc`, `.yaml.txt`, `.YAML`). The file is not read, which its author may not have intended.

Rename it to one of the three extensions to make it a manifest:

    drive.yaml.txt  ->  drive.yaml

or move it out of `modules/`.",
};

/// A file that Git ignores.
pub static IGNORED: Rule = Rule {
    code: "source/ignored",
    severity: Severity::Warning,
    is_configurable: true,
    summary: "a file is checked although Git ignores it",
    explanation: "\
The file is not tracked, and a pattern in `.gitignore` or in another ignore file of Git matches it. No commit will contain it, so \
no sync will register it. It was checked because it was named on the command line; otherwise `modreg validate`, `diff` and \
`compile` leave such files out.

`git check-ignore -v FILE` prints the pattern that matches. Change that pattern, or add the file with `git add --force FILE`: a tracked \
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

Store the manifests in Git itself:

    git lfs pull
    git lfs untrack 'modules/**'
    git add --renormalize modules

`git lfs pull` alone changes only the working tree, not the commit.",
};

/// The rule on files with more bytes than the limit.
pub static TOO_LARGE: Rule = Rule {
    code: "source/too-large",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest is larger than the limit",
    explanation: "\
The file has more bytes than a manifest may have, and was not read. The limit keeps a single file from slowing down every \
check or exhausting the memory; usual manifests have a few kilobytes.

Shorten the file: data belongs behind the endpoint of a context provider, not in the manifest. The limit is `manifest_size` under \
`[limits]` in `modreg.toml`.",
};

/// Bytes that are not UTF-8.
pub static ENCODING: Rule = Rule {
    code: "source/encoding",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest is not UTF-8",
    explanation: "\
The file contains bytes that are not UTF-8. Usually an editor saved it in another encoding, such as Windows-1252 or UTF-16, \
in which letters with accents and curly quotes have other bytes. modreg does not guess the encoding, because a wrong guess would \
change texts silently.

The finding names the first such byte by its offset, counted from 0. Open the file in the encoding it was written in, and save \
it as UTF-8. Most editors have \"Save with Encoding\" for this; on a command line, run

    iconv -f WINDOWS-1252 -t UTF-8 module.yaml > fixed.yaml

A byte order mark at the beginning is accepted.",
};

/// The rule on text that is not valid JSON or YAML.
pub static SYNTAX: Rule = Rule {
    code: "source/syntax",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest is not valid JSON or YAML",
    explanation: "\
The text breaks the rules of its format. The extension decides which one that is: `.json` is JSON by RFC 8259, without comments and \
trailing commas; `.yaml` and `.yml` are YAML 1.2.

In YAML most errors are one of these:

    title: Chat: the beginning      a text that contains `: ` needs quotes
    keywords: @home                 so does a text that starts with a special sign
    purpose: \"Says \"hello\"\"         write a quote within quotes as \\\"
    <tab>name: chat                 indent with spaces

In JSON, look for a missing or superfluous comma, single quotes, and comments.

Some valid YAML is refused because programs read it differently: tags (`!!str`), directives (`%YAML`), raw control \
characters, aliases as keys, lists and objects as keys. An empty file is refused too.",
};

/// The rule on files with more than one document.
pub static MULTIPLE_DOCUMENTS: Rule = Rule {
    code: "source/multiple-documents",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a manifest has more than one document",
    explanation: "\
The file contains a second document: it starts with a second `---` in YAML, or after the closing brace in JSON. One file describes \
one module; programs that read only the first document would silently lose the rest.

    name: chat
    ---            <- the second document starts here
    name: drive

Move each document to a file of its own.",
};

/// A key that an object contains twice.
pub static DUPLICATE_KEY: Rule = Rule {
    code: "source/duplicate-key",
    severity: Severity::Error,
    is_configurable: false,
    summary: "an object contains the same key twice",
    explanation: "\
An object contains the same key twice. Most programs silently keep the last value, some the first, so the meaning of the file would \
depend on the program that reads it.

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
The key `<<` merges another object into this one in YAML 1.1. It is not part of YAML 1.2: some programs merge, others see a \
field with that name. It is refused everywhere, also in quotes and in JSON.

    base: &base { description: Files }
    entity:
      <<: *base            <- write `description: Files` here
      name: file

Write the fields out. Aliases as values (`*base`) are allowed.",
};

/// A number that some readers cannot represent exactly.
pub static NUMBER: Rule = Rule {
    code: "source/number",
    severity: Severity::Error,
    is_configurable: false,
    summary: "a number is not finite, or beyond 2^53 - 1",
    explanation: "\
A number is greater than 9007199254740991 (2^53 - 1), less than the negative of it, infinite, or not a number (`1e999`, `.inf`, \
`.nan`). Many programs store the numbers of JSON as 64-bit floats (RFC 8259, section 6): they would read a neighbouring number \
instead, and two different manifests would have the same entry.

Put identifiers in quotes:

    accountId: \"12345678901234567890\"

In YAML, a text that looks like a number, such as the commit id `1e999`, needs quotes as well.",
};

/// Lists and objects that are nested too deeply.
pub static TOO_DEEP: Rule = Rule {
    code: "source/too-deep",
    severity: Severity::Error,
    is_configurable: false,
    summary: "the lists and objects of a manifest are nested too deeply",
    explanation: "\
Lists and objects are nested more deeply than a manifest allows. Reading stopped there. The limit keeps a malicious file \
from exhausting the stack of the programs that read the registry; usual manifests have fewer than ten levels.

Flatten the structure. The limit is `depth` under `[limits]` in `modreg.toml`.",
};

/// Aliases that repeat too much.
pub static TOO_MANY_ALIASES: Rule = Rule {
    code: "source/too-many-aliases",
    severity: Severity::Error,
    is_configurable: false,
    summary: "the YAML aliases of a manifest repeat too many nodes",
    explanation: "\
YAML aliases (`*name`) repeat the node of their anchor (`&name`). If these nodes contain aliases themselves, a few lines \
can repeat billions of values. Reading stopped because the aliases of the file repeat too many nodes in total, \
or more than a hundred times as many as the file contains.

    a: &a [x, x, x, x]
    b: &b [*a, *a, *a, *a]
    c: &c [*b, *b, *b, *b]

Write the content out. The limit is `aliases` under `[limits]` in `modreg.toml`.",
};
