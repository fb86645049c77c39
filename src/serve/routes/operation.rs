//! The description of one route for `OpenAPI`: its parameters, its body and its answers.

use serde_json::{Value, json};

use crate::domain::ModuleName;

/// What a route says of itself beside its path and method.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    /// Its name for generated clients.
    pub(crate) id: &'static str,
    /// What it does.
    pub(crate) summary: &'static str,
    /// What may stand in the query and in the path.
    pub(crate) parameters: &'static [Parameter],
    /// The schema of its body, if it takes one.
    pub(crate) body: Option<Body>,
    /// What it answers.
    pub(crate) answer: Answer,
    /// The statuses of its problems, beside those that every route of its access has.
    pub(crate) problems: &'static [u16],
}

/// What a route answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A document of this schema.
    Schema(&'static str),
    /// Any JSON.
    Json,
    /// Text of this media type.
    Text(&'static str),
}

/// A body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) schema: &'static str,
    pub(crate) is_required: bool,
}

/// What a client may say in the query or the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// `{name}`: a module.
    Name,
    /// `version=N`: an older version.
    Version,
    /// `category=…`
    Category,
    /// `keyword=…`
    Keyword,
    /// `since=N`, which has to be there.
    Since,
    /// `until=N`
    Until,
    /// `module=…`
    Module,
    /// `limit=N`
    Limit,
    /// `before=N`
    Before,
}

impl Parameter {
    /// Describes the parameter as an `OpenAPI` parameter object.
    pub(super) fn describe(self) -> Value {
        let version = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
        let name = json!({ "type": "string", "pattern": ModuleName::PATTERN });
        let (name, place, is_required, about, schema) = match self {
            Self::Name => ("name", "path", true, "The module.", name),
            Self::Version => ("version", "query", false, "An older version; the latest without it.", version),
            Self::Category => {
                ("category", "query", false, "Only modules of this category.", json!({ "type": "string" }))
            }
            Self::Keyword => {
                ("keyword", "query", false, "Only modules with this keyword.", json!({ "type": "string" }))
            }
            Self::Since => ("since", "query", true, "The version to compare with.", version),
            Self::Until => {
                ("until", "query", false, "The version to compare; the latest without it.", version)
            }
            Self::Module => ("module", "query", false, "Only versions that changed this module.", name),
            Self::Limit => {
                let schema = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
                ("limit", "query", false, "At most so many versions.", schema)
            }
            Self::Before => ("before", "query", false, "Only versions before this one.", version),
        };
        json!({ "name": name, "in": place, "required": is_required, "description": about, "schema": schema })
    }
}
