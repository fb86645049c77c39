//! Trees for the tests of this part, from JSON values.

use serde_json::Value;

use crate::source::{Number, Tree, TreeBuilder};

/// Returns the tree of a value.
pub(crate) fn tree(value: &Value) -> Tree {
    let mut builder = TreeBuilder::default();
    add(&mut builder, value);
    builder.finish().unwrap()
}

fn add(builder: &mut TreeBuilder, value: &Value) {
    match value {
        Value::Null => {
            builder.null();
        }
        Value::Bool(truth) => {
            builder.bool(*truth);
        }
        Value::Number(number) => {
            let number = number.as_i64().map_or_else(
                || Number::from_float(number.as_f64().unwrap()),
                |number| Number::from_integer(number.into()),
            );
            builder.number(number.unwrap());
        }
        Value::String(text) => {
            builder.string(text);
        }
        Value::Array(elements) => {
            builder.open_array();
            for element in elements {
                add(builder, element);
            }
            builder.close();
        }
        Value::Object(members) => {
            builder.open_object();
            for (key, value) in members {
                builder.key(key);
                add(builder, value);
            }
            builder.close();
        }
    }
}
