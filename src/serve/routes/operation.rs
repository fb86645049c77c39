//! The description of one operation for `OpenAPI`: its parameters, its body and its responses.

use serde_json::{Value, json};

use crate::domain::ModuleName;

/// The part of a route's description that is not its path, method or access.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The name of the operation in generated clients.
    pub(crate) id: &'static str,
    /// The summary of what the operation does.
    pub(crate) summary: &'static str,
    /// The parameters in the query and in the path.
    pub(crate) parameters: &'static [Parameter],
    /// The body, or `None` if the operation takes none.
    pub(crate) body: Option<RequestBody>,
    /// The description of the response with status 200.
    pub(crate) success: &'static str,
    /// The content of the response with status 200.
    pub(crate) content: ResponseContent,
    /// The status and the description of each problem, except for those that all routes of the same access have.
    pub(crate) problems: &'static [(u16, &'static str)],
}

/// The content of a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ResponseContent {
    /// A JSON document that the schema of this name describes.
    Schema(&'static str),
    /// A JSON document without a schema.
    Json,
    /// A text of this media type.
    Text(&'static str),
}

/// The JSON body of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestBody {
    /// The name of the schema that describes the body.
    pub(crate) schema: &'static str,
    /// Whether a request without a body is refused.
    pub(crate) is_required: bool,
}

/// A parameter in the query or in the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// The module in the path, `{name}`.
    Name,
    /// The version to read, `version=N`.
    Version,
    /// The category that modules must have, `category=…`.
    Category,
    /// The keyword that modules must have, `keyword=…`.
    Keyword,
    /// The older of two versions, `since=N`. It is required.
    Since,
    /// The newer of two versions, `until=N`.
    Until,
    /// The module whose history is read, `module=…`.
    Module,
    /// The number of versions in one response, `limit=N`.
    Limit,
    /// The version that the history is read from backwards, `before=N`.
    Before,
}

impl Parameter {
    /// Returns the parameter as an `OpenAPI` parameter object.
    pub(super) fn describe(self) -> Value {
        let version = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
        let name = json!({ "type": "string", "pattern": ModuleName::PATTERN });
        let text = json!({ "type": "string" });
        let (name, place, is_required, description, schema) = match self {
            Self::Name => ("name", "path", true, "The name of the module.", name),
            Self::Version => (
                "version",
                "query",
                false,
                "The version to read. The default is the latest version.",
                version,
            ),
            Self::Category => {
                let description = "Return only modules of this category. Upper and lower case are equal.";
                ("category", "query", false, description, text)
            }
            Self::Keyword => {
                let description =
                    "Return only modules that have this keyword. Upper and lower case are equal.";
                ("keyword", "query", false, description, text)
            }
            Self::Since => ("since", "query", true, "The version to compare with.", version),
            Self::Until => {
                let description =
                    "The version that is compared with `since`. The default is the latest version.";
                ("until", "query", false, description, version)
            }
            Self::Module => {
                ("module", "query", false, "Return only versions that changed this module.", name)
            }
            Self::Limit => {
                let schema = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
                ("limit", "query", false, "The highest number of versions to return.", schema)
            }
            Self::Before => ("before", "query", false, "Return only versions before this version.", version),
        };
        json!({ "name": name, "in": place, "required": is_required, "description": description, "schema": schema })
    }
}
