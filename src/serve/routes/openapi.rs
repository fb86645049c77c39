//! The description of all routes as an `OpenAPI` 3.1 document. It is generated from the table of routes and from the JSON
//! Schemas that validate manifests and reports, so each shape is defined once.

use std::sync::LazyLock;

use axum::{body::Bytes, http::Method};
use serde_json::{Map, Value, json};

use super::{
    operation::{Operation, RequestBody, ResponseContent},
    table::{Access, ROUTES, Route},
};
use crate::{
    schema,
    serve::http::{
        media_type::PROBLEM_JSON,
        prepared_response::{Audience, PreparedResponse},
    },
};

/// The prepared response that contains the document.
pub(crate) static DOCUMENT: LazyLock<PreparedResponse> =
    LazyLock::new(|| PreparedResponse::compressed(&Bytes::from(document().to_string()), Audience::Public));

fn document() -> Value {
    let mut paths = Map::new();
    for route in &ROUTES {
        let method = if route.method == Method::GET { "get" } else { "post" };
        let mut item = Map::new();
        item.insert(method.to_owned(), operation(route));
        paths.insert(route.path.to_owned(), item.into());
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "modreg",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A versioned registry of AI contexts. All responses of read routes have a strong ETag.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A JSON Web Token. The server's settings list the keys and issuers that it accepts.",
                },
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let Operation { id, summary, parameters, body, .. } = &route.operation;
    let described: Vec<Value> = parameters.iter().map(|parameter| parameter.describe()).collect();
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "parameters": described,
        "responses": responses(route),
    });
    if let Some(RequestBody { schema, is_required }) = body {
        let content = json!({ "application/json": { "schema": reference(schema) } });
        operation["requestBody"] = json!({ "required": is_required, "content": content });
    }
    operation["security"] = match route.access {
        Access::Open => json!([]),
        // The setting `public_read` decides whether a token is needed.
        Access::Read => json!([{}, { "token": [] }]),
        Access::Admin => json!([{ "token": [] }]),
    };
    operation
}

/// Returns the responses of a route by their status.
fn responses(route: &Route) -> Map<String, Value> {
    let Operation { success, content, problems, .. } = &route.operation;
    let content = match content {
        ResponseContent::Schema(schema) => json!({ "application/json": { "schema": reference(schema) } }),
        ResponseContent::Json => json!({ "application/json": { "schema": { "type": "object" } } }),
        ResponseContent::Text(media_type) => json!({ *media_type: { "schema": { "type": "string" } } }),
    };
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": success, "content": content }));
    if route.access == Access::Read {
        let description = "The client's copy is current: `If-None-Match` contains its entity tag.";
        responses.insert("304".to_owned(), json!({ "description": description }));
    }
    for (status, description) in common_problems(route.access).iter().chain(*problems) {
        let content = json!({ PROBLEM_JSON: { "schema": reference("problem") } });
        responses.insert(status.to_string(), json!({ "description": description, "content": content }));
    }
    responses
}

/// Returns the problems that all routes of the same access have.
const fn common_problems(access: Access) -> &'static [(u16, &'static str)] {
    match access {
        Access::Open => &[],
        Access::Read => &[
            (400, "The query has an unknown, repeated or invalid parameter."),
            (401, "A token is required and was not sent, or the token is invalid."),
            (403, "The token does not allow reading, or the server accepts no tokens at all."),
            (406, "The client accepts none of the available content codings."),
            (429, "Too many invalid tokens came from this address. `Retry-After` contains the time to wait."),
            (500, "The server failed; its log contains the reason."),
            (503, "No snapshot is loaded, the request took too long, or the token cannot be checked now."),
        ],
        Access::Admin => &[
            (400, "The query or the body is invalid."),
            (401, "The token was not sent or is invalid."),
            (403, "The token does not belong to an administrator, or the server accepts no tokens at all."),
            (429, "Too many invalid tokens came from this address. `Retry-After` contains the time to wait."),
            (500, "The server failed. `detail` contains the reason."),
            (503, "The request took too long, or the token cannot be checked now."),
        ],
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// Returns all schemas. References between their files become references within the document.
fn schemas() -> Map<String, Value> {
    let schemas = schema::BUILTIN.iter().map(|(name, text)| {
        let mut schema: Value = serde_json::from_str(text).expect("the schemas in the binary are tested");
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
            schema.remove("$id");
        }
        rebase(&mut schema, name);
        ((*name).to_owned(), schema)
    });
    schemas.collect()
}

/// Rewrites all references below a value of the schema `own`.
fn rebase(value: &mut Value, own: &str) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| rebase(element, own)),
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(target) if key == "$ref" => *target = rebased(target, own),
                    _ => rebase(member, own),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns the reference within the document, such as `#/components/schemas/entry/properties/name` for
/// `entry.schema.json#/properties/name`.
fn rebased(target: &str, own: &str) -> String {
    let (file, pointer) = target.split_once('#').unwrap_or((target, ""));
    let name = if file.is_empty() { own } else { file.strip_suffix(".schema.json").unwrap_or(file) };
    format!("#/components/schemas/{name}{pointer}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::routes::operation::Parameter;

    /// Collects the references below a value.
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_reference_has_a_target() {
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn a_variable_path_has_a_described_parameter() {
        for route in &ROUTES {
            let varies = route.path.contains("{name}");
            assert_eq!(varies, route.operation.parameters.contains(&Parameter::Name), "{}", route.path);
        }
    }

    #[test]
    fn every_response_is_described_by_its_own_sentence() {
        for (path, item) in document()["paths"].as_object().unwrap() {
            for operation in item.as_object().unwrap().values() {
                let mut seen = std::collections::BTreeSet::new();
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let description = response["description"].as_str().unwrap();
                    assert!(description.ends_with('.'), "{path} {status}: {description}");
                    assert!(seen.insert(description), "{path} {status}: {description}");
                }
            }
        }
    }

    #[test]
    fn every_problem_is_described_once() {
        for route in &ROUTES {
            let all = common_problems(route.access).iter().chain(route.operation.problems);
            let mut statuses: Vec<u16> = all.map(|(status, _)| *status).collect();
            statuses.sort_unstable();
            let count = statuses.len();
            statuses.dedup();
            assert_eq!(statuses.len(), count, "{}", route.path);
        }
    }
}
