//! One spelling for each JSON value, so that equal values have equal texts and equal digests.

use serde_json::Value;

/// Returns compact JSON with the keys of every object sorted by their bytes.
///
/// The values have no number beyond 2^53, so `serde_json`'s own spelling of numbers is unambiguous.
pub(super) fn text(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        Value::Array(elements) => elements.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            members.into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_does_not_count_and_that_of_elements_does() {
        assert_eq!(text(&json!({"b": [{"d": 1, "c": 2}], "a": null})), r#"{"a":null,"b":[{"c":2,"d":1}]}"#);
        assert_ne!(text(&json!([1, 2])), text(&json!([2, 1])));
        assert_ne!(text(&json!(["1"])), text(&json!([1])));
    }
}
