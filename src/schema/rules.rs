//! The schema rules, one for each kind of keyword.
//!
//! Settings cannot change them: an entry is compiled only from a manifest that its schema allows.

use crate::diagnostic::{Rule, Severity};

const fn rule(code: &'static str, summary: &'static str, explanation: &'static str) -> Rule {
    Rule { code, severity: Severity::Error, is_configurable: false, summary, explanation }
}

/// Every schema rule, by code.
pub const RULES: [&Rule; 27] = [
    &ADDITIONAL_ITEMS,
    &ANY_OF,
    &CONST,
    &CONTAINS,
    &CONTENT,
    &ENUM,
    &FORBIDDEN,
    &FORMAT,
    &MAX_ITEMS,
    &MAX_LENGTH,
    &MAX_PROPERTIES,
    &MAXIMUM,
    &MIN_ITEMS,
    &MIN_LENGTH,
    &MIN_PROPERTIES,
    &MINIMUM,
    &MULTIPLE_OF,
    &NOT,
    &ONE_OF,
    &PATTERN,
    &PROPERTY_NAMES,
    &REQUIRED,
    &TYPE,
    &UNIQUE_ITEMS,
    &UNIQUE_NAMES,
    &UNKNOWN_FIELD,
    &UNUSABLE,
];

/// The rule `schema/additional-items`.
pub static ADDITIONAL_ITEMS: Rule = rule(
    "schema/additional-items",
    "a list has more items than the schema describes",
    "The schema describes the items of this list one by one, and the list has items after the last one described. Nothing \
     defines what they mean.\n\n\
     Remove them.",
);

/// The rule `schema/any-of`.
pub static ANY_OF: Rule = rule(
    "schema/any-of",
    "a value fits none of the forms that the schema allows",
    "The schema allows several forms for this value, and the value has none of them. Where one form was clearly intended, \
     modreg reports what is wrong with that one instead.\n\n\
     Compare the value with the forms in the schema, and write it in one of them.",
);

/// The rule `schema/const`.
pub static CONST: Rule = rule(
    "schema/const",
    "a value differs from the only one that the schema allows",
    "The schema allows exactly one value here.\n\n\
     Write that value; the help of the finding names it.",
);

/// The rule `schema/contains`.
pub static CONTAINS: Rule = rule(
    "schema/contains",
    "a list contains too few or too many items of a form that the schema requires",
    "The schema requires a certain number of items of a certain form in this list, and the list contains fewer or more of \
     them.\n\n\
     Add the missing items, or remove the superfluous ones.",
);

/// The rule `schema/content`.
pub static CONTENT: Rule = rule(
    "schema/content",
    "a text is not encoded as the schema requires",
    "The schema requires an encoding for this text (for example Base64), or a kind of data that it contains (for example JSON), \
     and the text cannot be decoded that way.\n\n\
     Encode the text as the schema requires.",
);

/// The rule `schema/enum`.
pub static ENUM: Rule = rule(
    "schema/enum",
    "a value is not one of those that the schema lists",
    "Only the words that the schema lists are allowed here, because consumers know these words only: categories, statuses, \
     types of relationships. Upper and lower case matter.\n\n\
     Choose one of the words that the help of the finding lists.",
);

/// The rule `schema/forbidden`.
pub static FORBIDDEN: Rule = rule(
    "schema/forbidden",
    "a value is present where the schema allows none",
    "The schema does not allow any value here, for example because another field excludes this one.\n\n\
     Remove the field or item.",
);

/// The rule `schema/format`.
pub static FORMAT: Rule = rule(
    "schema/format",
    "a text does not have the format that the schema requires",
    "The schema names a format for this text, such as a date or an address, and the text does not have that format.\n\n\
     Write the text in that format.",
);

/// The rule `schema/max-items`.
pub static MAX_ITEMS: Rule = rule(
    "schema/max-items",
    "a list has more items than the schema allows",
    "The list has more items than the schema allows.\n\n\
     Remove some.",
);

/// The rule `schema/max-length`.
pub static MAX_LENGTH: Rule = rule(
    "schema/max-length",
    "a text is longer than the schema allows",
    "The text has more characters than the schema allows.\n\n\
     Shorten it.",
);

/// The rule `schema/max-properties`.
pub static MAX_PROPERTIES: Rule = rule(
    "schema/max-properties",
    "a map has more fields than the schema allows",
    "The map has more fields than the schema allows.\n\n\
     Remove some.",
);

/// The rule `schema/maximum`.
pub static MAXIMUM: Rule = rule(
    "schema/maximum",
    "a number is greater than the schema allows",
    "The number is greater than the schema allows.\n\n\
     Write a smaller number; the message of the finding names the limit.",
);

/// The rule `schema/min-items`.
pub static MIN_ITEMS: Rule = rule(
    "schema/min-items",
    "a list has fewer items than the schema requires",
    "The list has fewer items than the schema requires. For example, a module without keywords cannot be found by any \
     keyword, so `keywords` needs at least one.\n\n\
     Add the missing items.",
);

/// The rule `schema/min-length`.
pub static MIN_LENGTH: Rule = rule(
    "schema/min-length",
    "a text is shorter than the schema requires",
    "The text has fewer characters than the schema requires.\n\n\
     Write a longer text.",
);

/// The rule `schema/min-properties`.
pub static MIN_PROPERTIES: Rule = rule(
    "schema/min-properties",
    "a map has fewer fields than the schema requires",
    "The map has fewer fields than the schema requires.\n\n\
     Add the missing fields.",
);

/// The rule `schema/minimum`.
pub static MINIMUM: Rule = rule(
    "schema/minimum",
    "a number is less than the schema allows",
    "The number is less than the schema allows. For example, a cache duration cannot be negative; 0 means that nothing is \
     cached.\n\n\
     Write a greater number; the message of the finding names the limit.",
);

/// The rule `schema/multiple-of`.
pub static MULTIPLE_OF: Rule = rule(
    "schema/multiple-of",
    "a number is not a multiple of the number in the schema",
    "The schema allows only multiples of a certain number here.\n\n\
     Write a multiple of that number.",
);

/// The rule `schema/not`.
pub static NOT: Rule = rule(
    "schema/not",
    "a value has a form that the schema excludes",
    "The schema excludes values of this form. The description of the field in the schema usually contains the reason.\n\n\
     Write a value of another form.",
);

/// The rule `schema/one-of`.
pub static ONE_OF: Rule = rule(
    "schema/one-of",
    "a value fits none, or more than one, of the forms that the schema allows",
    "The schema allows several forms for this value, and the value must have exactly one of them. It has none of them, or \
     more than one.\n\n\
     Compare the value with the forms in the schema, and write it so that only one fits.",
);

/// The rule `schema/pattern`.
pub static PATTERN: Rule = rule(
    "schema/pattern",
    "a text does not have the form that the schema requires",
    "The schema requires a form for this text: a version is a semantic version of three numbers (semver.org), a name \
     consists of lower-case letters, digits and single hyphens, a purpose is not blank.\n\n\
     Write the text in the form that the help of the finding describes.",
);

/// The rule `schema/property-names`.
pub static PROPERTY_NAMES: Rule = rule(
    "schema/property-names",
    "a key of a map does not have the form that the schema requires",
    "The schema requires a form for the keys of this map, and one of the keys does not have it.\n\n\
     Rename that key.",
);

/// The rule `schema/required`.
pub static REQUIRED: Rule = rule(
    "schema/required",
    "a required field is missing",
    "Every manifest needs this field. Without it an assistant cannot choose the module, or the registry cannot name or order \
     it.\n\n\
     Add the field; the label shows where it belongs.",
);

/// The rule `schema/type`.
pub static TYPE: Rule = rule(
    "schema/type",
    "a value does not have the type that the schema requires",
    "The schema requires a text, a number, a list or a map here, and the value is something else. In YAML, an unquoted \
     `1.10` is the number 1.1, and an unquoted `true` is a boolean.\n\n\
     Put a text that looks like a number or a boolean in quotes. Leave out a field that has no value, instead of setting it \
     to null.",
);

/// The rule `schema/unique-items`.
pub static UNIQUE_ITEMS: Rule = rule(
    "schema/unique-items",
    "an item of a list is repeated",
    "A keyword, pattern or concept that is repeated has no further effect, and is usually a mistake. Items are compared by \
     value: `1` and `1.0` are equal, and the order of keys does not matter.\n\n\
     Remove the repeated item.",
);

/// The rule `schema/unique-names`.
pub static UNIQUE_NAMES: Rule = rule(
    "schema/unique-names",
    "two actions or two context providers of a module have the same name",
    "Actions and context providers are called by their names. If two in a module have the same name, it is unclear which of \
     them is meant.\n\n\
     Rename one of them.",
);

/// The rule `schema/unknown-field`.
pub static UNKNOWN_FIELD: Rule = rule(
    "schema/unknown-field",
    "a field is unknown to the schema",
    "The AI context may contain only the fields of its schema. An unknown field is usually a misspelt one; if it were \
     ignored, its content would be lost without notice.\n\n\
     Correct the spelling, move the field to where it belongs, or remove it. Outside the AI context a manifest may have \
     fields of its own.",
);

/// The rule `schema/unusable`.
pub static UNUSABLE: Rule = rule(
    "schema/unusable",
    "the schema cannot be applied to a value",
    "The schema of this registry cannot be applied to this value: for example, it refers to itself so often that checking \
     would not end. The mistake is in the files of `schema/`, not in the manifest.\n\n\
     Correct the schema, or remove it to use the built-in one.",
);
