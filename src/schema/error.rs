//! Why a registry's own schemas cannot be used.

/// The most references that the files of a registry may have.
pub(super) const MAX_REFERENCES: usize = 2000;

/// The deepest nesting of schemas, references followed.
pub(super) const MAX_DEPTH: usize = 300;

/// The most ways from the root through references, each way round a circle counted once.
pub(super) const MAX_WAYS: u64 = 10_000;

/// The error of a file of `schema/` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The file does not parse.
    #[error("`schema/{file}` is not JSON: {error}")]
    NotJson {
        /// The file name inside `schema/`.
        file: String,
        /// The error of the parser, with line and column.
        error: serde_json::Error,
    },
    /// The file parses, but a keyword has a value that JSON Schema does not allow.
    #[error("`schema/{file}` is not a valid JSON Schema at `{pointer}`: {reason}")]
    Invalid {
        /// The file name inside `schema/`.
        file: String,
        /// The place in the file.
        pointer: String,
        /// The reason.
        reason: String,
    },
    /// A regular expression is not one, is too large, or needs an engine that backtracks.
    #[error("`schema/{file}` has a pattern at `{pointer}` that cannot be used: {reason}")]
    Pattern {
        /// The file name inside `schema/`.
        file: String,
        /// The place in the file.
        pointer: String,
        /// The reason.
        reason: &'static str,
    },
    /// A reference leads to nothing inside the folder.
    #[error("`schema/{file}` refers to `{reference}`, which is not in the folder `schema/`")]
    Reference {
        /// The file name inside `schema/`.
        file: String,
        /// The reference.
        reference: String,
    },
    /// A copy of a built-in schema was edited, so that it is unclear whether it is to replace that one.
    #[error("`schema/{file}` is a copy of the built-in schema that was edited")]
    EditedCopy {
        /// The file name inside `schema/`.
        file: String,
    },
    /// References lead so far that validation would not end in any useful time.
    #[error("the files of `schema/` cannot be used: {0}")]
    TooFar(#[from] TooFar),
    /// The schemas together are larger than any schema that people write.
    #[error("the files of `schema/` are larger than {limit} bytes together")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

/// The limit that references exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooFar {
    /// There are too many references.
    #[error("there are more than {MAX_REFERENCES} references")]
    References,
    /// The schemas nest too deeply.
    #[error("the schemas nest deeper than {MAX_DEPTH} levels")]
    Depth,
    /// The references multiply to too many ways.
    #[error("references multiply to more than {MAX_WAYS} ways through the schemas")]
    Ways,
}
