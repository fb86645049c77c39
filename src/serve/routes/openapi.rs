//! The description of all routes, `OpenAPI` 3.1: made of the table of routes and of the JSON Schemas that reports and
//! manifests are checked against, so that there is one source of every shape.

use std::sync::LazyLock;

use axum::{body::Bytes, http::Method};
use serde_json::{Map, Value, json};

use super::{
    operation::{Answer, Body, Operation},
    table::{Access, ROUTES, Route},
};
use crate::{
    schema,
    serve::http::{
        media_type::PROBLEM_JSON,
        prepared_response::{Audience, PreparedResponse},
    },
};

/// The document, ready to be sent.
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
            "description": "A versioned registry of AI contexts. Everything that can be read has a strong ETag.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
        },
    })
}

fn operation(route: &Route) -> Value {
    let Operation { id, summary, parameters, body, answer, problems } = &route.operation;
    let mut responses = Map::new();
    let content = match answer {
        Answer::Schema(schema) => json!({ "application/json": { "schema": reference(schema) } }),
        Answer::Json => json!({ "application/json": { "schema": { "type": "object" } } }),
        Answer::Text(media_type) => json!({ *media_type: { "schema": { "type": "string" } } }),
    };
    responses.insert("200".to_owned(), json!({ "description": "The answer.", "content": content }));
    if route.access == Access::Read {
        let description = "It is what `If-None-Match` names.";
        responses.insert("304".to_owned(), json!({ "description": description }));
    }
    let every: &[u16] = match route.access {
        Access::Open => &[],
        Access::Read => &[400, 401, 403, 404, 406, 429, 503],
        Access::Admin => &[400, 401, 403, 429, 500, 503],
    };
    for status in every.iter().chain(*problems) {
        let content = json!({ PROBLEM_JSON: { "schema": reference("problem") } });
        responses.insert(status.to_string(), json!({ "description": "Why not.", "content": content }));
    }
    let described: Vec<Value> = parameters.iter().map(|parameter| parameter.describe()).collect();
    let mut operation = json!({
        "operationId": id,
        "summary": summary,
        "parameters": described,
        "responses": responses,
    });
    if let Some(Body { schema, is_required }) = body {
        let content = json!({ "application/json": { "schema": reference(schema) } });
        operation["requestBody"] = json!({ "required": is_required, "content": content });
    }
    operation["security"] = match route.access {
        Access::Open => json!([]),
        // Whether a token is needed, the settings say.
        Access::Read => json!([{}, { "token": [] }]),
        Access::Admin => json!([{ "token": [] }]),
    };
    operation
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// All schemas, with references between files turned into references within the document.
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

/// `entry.schema.json#/properties/name` is `#/components/schemas/entry/properties/name`.
fn rebased(target: &str, own: &str) -> String {
    let (file, pointer) = target.split_once('#').unwrap_or((target, ""));
    let name = if file.is_empty() { own } else { file.strip_suffix(".schema.json").unwrap_or(file) };
    format!("#/components/schemas/{name}{pointer}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::routes::operation::Parameter;

    /// Every value of `$ref` below.
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
    fn every_reference_leads_somewhere() {
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
    fn what_varies_in_a_path_is_described() {
        for route in &ROUTES {
            let varies = route.path.contains("{name}");
            assert_eq!(varies, route.operation.parameters.contains(&Parameter::Name), "{}", route.path);
        }
    }
}
