//! From schema files to a validator, or the file and the reason that prevent it.

use jsonschema::{PatternOptions, ReferencingError, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::Value;

use super::{
    error::SchemaError,
    folder::{Folder, address, shown},
    json_node::TreeJson,
};
use crate::domain::excerpt;

/// The most bytes that one compiled regular expression may take.
const MAX_PATTERN: usize = 1 << 20;

/// Compiles the last file of the folder, which is the root. The others are compiled on their own before, so that an
/// error names the file that it is in.
pub(super) fn validator(folder: &Folder) -> Result<Validator<TreeJson>, SchemaError> {
    let mut last = None;
    for (file, schema) in folder.files() {
        let validator = jsonschema::options_for::<TreeJson>()
            .with_base_uri(address(file))
            .with_retriever(folder.clone())
            .with_pattern_options(PatternOptions::regex().size_limit(MAX_PATTERN))
            .build(schema)
            .map_err(|error| explain(file, schema, &error))?;
        last = Some(validator);
    }
    Ok(last.expect("a folder holds at least the root"))
}

fn explain(file: &str, schema: &Value, error: &ValidationError<'_>) -> SchemaError {
    let (file, pointer) = (file.to_owned(), error.instance_path().as_str().to_owned());
    match error.kind() {
        ValidationErrorKind::Referencing(ReferencingError::Unretrievable { uri, .. }) => {
            SchemaError::Reference { file, reference: excerpt(shown(uri)) }
        }
        ValidationErrorKind::Format { format } if format == "regex" => {
            let keyed = pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
            let pattern = schema.pointer(&pointer).and_then(Value::as_str).unwrap_or(&keyed);
            SchemaError::Pattern { file, reason: pattern_reason(pattern), pointer }
        }
        _ => SchemaError::Invalid { file, pointer, reason: excerpt(&error.to_string()) },
    }
}

/// Returns why the linear-time engine refused a pattern, which it does not report itself.
fn pattern_reason(pattern: &str) -> &'static str {
    const LOOK_AROUND: [&str; 4] = ["(?=", "(?!", "(?<=", "(?<!"];
    let back_reference =
        pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && (b'1'..=b'9').contains(&pair[1]));
    if LOOK_AROUND.iter().any(|start| pattern.contains(start)) {
        "look-around is not supported, because the engine runs in linear time"
    } else if back_reference {
        "back-references are not supported, because the engine runs in linear time"
    } else {
        "it is not a regular expression, or it is too large when compiled"
    }
}
