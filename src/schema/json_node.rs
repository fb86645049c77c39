//! Lets the JSON Schema validator walk a [`Tree`] in place, without a copy as `serde_json::Value`.
//!
//! Property lookup is linear, which is faster than hashing for the few keys of a manifest's objects.

use std::{borrow::Cow, collections::BTreeSet};

use jsonschema::{
    JsonType,
    json::{self, NodeIdentity},
};

use crate::source::{Elements, Members, Node, Number, Tree, Value};

/// Names the representation to `jsonschema`.
#[derive(Debug)]
pub(super) struct TreeJson;

impl json::Json for TreeJson {
    type Node<'a> = Node<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = Option<Tree>;

    const KEYS_PER_LOOKUP: usize = 8;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut Option<Tree>, text: &str, run: impl FnOnce(Node<'_>) -> T) -> T {
        run(buffer.insert(Tree::of_text(text)).root())
    }
}

impl<'a> json::Node<'a, TreeJson> for Node<'a> {
    type Object = Members<'a>;
    type Array = Elements<'a>;
    type Number = Number;

    fn as_object(&self) -> Option<Members<'a>> {
        Node::as_object(*self)
    }

    fn as_array(&self) -> Option<Elements<'a>> {
        Node::as_array(*self)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.as_str().map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<Number> {
        match self.value() {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.value() {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.value(), Value::Null)
    }

    fn json_type(&self) -> JsonType {
        match self.value() {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Number(_) => JsonType::Number,
            Value::String(_) => JsonType::String,
            Value::Array(_) => JsonType::Array,
            Value::Object(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match (self.value(), expected) {
            (Value::String(text), expected) => expected.as_str() == Some(text),
            (Value::Null, expected) => expected.is_null(),
            (Value::Bool(truth), expected) => expected.as_bool() == Some(truth),
            (Value::Number(_) | Value::Array(_) | Value::Object(_), expected) => {
                json::cmp::equal(&self.to_json(), expected)
            }
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(self.to_json())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        let (address, index) = self.unique_id();
        Some(NodeIdentity::tagged(address, index))
    }
}

impl<'a> json::Object<'a, TreeJson> for Members<'a> {
    type Node = Node<'a>;
    type MemberName = &'a str;
    type MembersIter = Self;

    fn len(&self) -> usize {
        self.clone().count()
    }

    fn is_empty(&self) -> bool {
        self.clone().next().is_none()
    }

    fn get(&self, key: &Box<str>) -> Option<Node<'a>> {
        self.clone().find(|(name, _)| *name == &**key).map(|(_, node)| node)
    }

    fn members(&self) -> Self {
        self.clone()
    }
}

impl<'a> json::Array<'a, TreeJson> for Elements<'a> {
    type Node = Node<'a>;
    type ElementsIter = Self;

    fn len(&self) -> usize {
        self.clone().count()
    }

    fn elements(&self) -> Self {
        self.clone()
    }

    fn is_unique(&self) -> bool {
        let mut seen = BTreeSet::new();
        self.clone().all(|element| seen.insert(identity_key(element)))
    }
}

impl json::JsonNumber for Number {
    fn as_u64(&self) -> Option<u64> {
        self.as_i64().and_then(|number| u64::try_from(number).ok())
    }

    fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Integer(number) => Some(number),
            Self::Float(_) => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "integers stay within 2^53 - 1")]
    fn as_f64(&self) -> Option<f64> {
        Some(match *self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        })
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_number().to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Owned(match *self {
            Self::Integer(number) => number.into(),
            Self::Float(number) => {
                serde_json::Number::from_f64(number).expect("a number of a document is finite")
            }
        })
    }

    fn is_integer(&self) -> bool {
        matches!(self, Self::Integer(_))
    }
}

/// Returns a text that two nodes share exactly when they are equal: JSON with sorted keys.
pub(super) fn identity_key(node: Node<'_>) -> String {
    super::canonical::text(&node.to_json())
}

#[cfg(test)]
mod tests {
    use jsonschema::json::{JsonNumber as _, Node as _};
    use serde_json::json;

    use super::*;
    use crate::schema::testing::tree;

    #[test]
    fn the_tree_validates_as_the_value_does() {
        let schemas = [
            json!({"type": "integer"}),
            json!({"enum": [1, "a", null, {"b": [1, 2], "a": 1}]}),
            json!({"const": {"a": 1, "b": [1, 2]}}),
            json!({"uniqueItems": true, "maxItems": 2}),
            json!({"propertyNames": {"pattern": "^[a-c]$"}, "minProperties": 1}),
            json!({"properties": {"a": {"type": "number"}}, "required": ["a"], "additionalProperties": false}),
            json!({"minLength": 2, "type": ["string", "boolean"]}),
            json!({"$defs": {"n": {"properties": {"n": {"$ref": "#/$defs/n"}}, "type": "object"}}, "$ref": "#/$defs/n"}),
        ];
        let instances = [
            json!(null),
            json!(true),
            json!(1),
            json!(1.0),
            json!(1.5),
            json!(-3),
            json!(""),
            json!("a"),
            json!("ää"),
            json!([]),
            json!([1, 1.0]),
            json!([1, 2]),
            json!([{"a": 1, "b": 2}, {"b": 2, "a": 1}]),
            json!([1, "1"]),
            json!({}),
            json!({"a": 1}),
            json!({"a": 1, "d": 2}),
            json!({"b": [1, 2], "a": 1}),
            json!({"n": {"n": {}}}),
            json!({"n": {"n": 1}}),
        ];
        for schema in &schemas {
            let (ours, theirs) = (
                jsonschema::options_for::<TreeJson>().build(schema).unwrap(),
                jsonschema::options().build(schema).unwrap(),
            );
            for instance in &instances {
                let tree = tree(instance);
                assert_eq!(ours.is_valid(tree.root()), theirs.is_valid(instance), "{schema} {instance}");
                let errors = ours.iter_errors(tree.root()).count();
                assert_eq!(errors, theirs.iter_errors(instance).count(), "{schema} {instance}");
            }
        }
    }

    #[test]
    fn numbers_and_identities_are_what_the_validator_relies_on() {
        assert_eq!(Number::Integer(-1).as_u64(), None);
        assert_eq!(Number::Integer(7).as_str(), "7");
        assert!(!Number::Float(0.5).is_integer());
        let tree = tree(&json!([[], []]));
        let [first, second] = [0, 1].map(|index| tree.root().as_array().unwrap().nth(index).unwrap());
        assert_eq!(first.identity(), first.identity());
        assert_ne!(first.identity(), second.identity());
    }
}
