//! What the schema rules demand, one for each kind of keyword.
//!
//! The settings cannot change any of them: an entry is compiled only from what the schema allows.

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

/// `schema/additional-items`.
pub static ADDITIONAL_ITEMS: Rule = rule(
    "schema/additional-items",
    "a list has no more items than the schema describes",
    "The schema describes each item of this list by its position, and the manifest has items beyond the \
     last one described. Remove them.",
);

/// `schema/any-of`.
pub static ANY_OF: Rule = rule(
    "schema/any-of",
    "a value fits at least one of the forms that the schema allows",
    "The schema allows several forms for this value, and it fits none of them. Where one form was clearly \
     meant, modreg reports what is wrong with that one instead.",
);

/// `schema/const`.
pub static CONST: Rule = rule(
    "schema/const",
    "a value is the only one that the schema allows",
    "The schema allows exactly one value here.",
);

/// `schema/contains`.
pub static CONTAINS: Rule = rule(
    "schema/contains",
    "a list holds the items that the schema asks for",
    "The schema asks for a certain number of items of a certain form in this list. Add what is missing, \
     or remove what is too much.",
);

/// `schema/content`.
pub static CONTENT: Rule = rule(
    "schema/content",
    "text is encoded as the schema says",
    "The schema says how this text is encoded, or which kind of data it holds, and it cannot be read that \
     way.",
);

/// `schema/enum`.
pub static ENUM: Rule = rule(
    "schema/enum",
    "a value is one of those that the schema lists",
    "Only certain words are allowed here, so that every consumer understands them: categories, statuses, \
     kinds of relationships. Case counts. Choose one of the words in the hint.",
);

/// `schema/forbidden`.
pub static FORBIDDEN: Rule = rule(
    "schema/forbidden",
    "there is nothing where the schema allows nothing",
    "The schema allows no value at all here. Remove it.",
);

/// `schema/format`.
pub static FORMAT: Rule = rule(
    "schema/format",
    "text has the format that the schema names",
    "The schema names a format for this text, such as a date or an address, and it does not have that \
     format.",
);

/// `schema/max-items`.
pub static MAX_ITEMS: Rule = rule(
    "schema/max-items",
    "a list is not longer than the schema allows",
    "The list has more items than the schema allows. Remove some.",
);

/// `schema/max-length`.
pub static MAX_LENGTH: Rule = rule(
    "schema/max-length",
    "text is not longer than the schema allows",
    "The text has more characters than the schema allows. Shorten it.",
);

/// `schema/max-properties`.
pub static MAX_PROPERTIES: Rule = rule(
    "schema/max-properties",
    "a map has no more fields than the schema allows",
    "The map has more fields than the schema allows. Remove some.",
);

/// `schema/maximum`.
pub static MAXIMUM: Rule = rule(
    "schema/maximum",
    "a number is not greater than the schema allows",
    "The number is greater than the schema allows.",
);

/// `schema/min-items`.
pub static MIN_ITEMS: Rule = rule(
    "schema/min-items",
    "a list is not shorter than the schema demands",
    "The list has fewer items than the schema demands. A module without a keyword, for one, is never \
     found by one.",
);

/// `schema/min-length`.
pub static MIN_LENGTH: Rule = rule(
    "schema/min-length",
    "text is not shorter than the schema demands",
    "The text has fewer characters than the schema demands.",
);

/// `schema/min-properties`.
pub static MIN_PROPERTIES: Rule = rule(
    "schema/min-properties",
    "a map has no fewer fields than the schema demands",
    "The map has fewer fields than the schema demands.",
);

/// `schema/minimum`.
pub static MINIMUM: Rule = rule(
    "schema/minimum",
    "a number is not less than the schema allows",
    "The number is less than the schema allows. A cache duration, for one, is never negative; 0 means \
     that nothing is kept.",
);

/// `schema/multiple-of`.
pub static MULTIPLE_OF: Rule = rule(
    "schema/multiple-of",
    "a number is a multiple of what the schema says",
    "The schema allows only multiples of a certain number here.",
);

/// `schema/not`.
pub static NOT: Rule = rule(
    "schema/not",
    "a value does not have the form that the schema excludes",
    "The schema excludes this form of value. The description in the schema says why.",
);

/// `schema/one-of`.
pub static ONE_OF: Rule = rule(
    "schema/one-of",
    "a value fits exactly one of the forms that the schema allows",
    "The schema allows several forms for this value, of which it must fit exactly one. It fits none, or \
     more than one.",
);

/// `schema/pattern`.
pub static PATTERN: Rule = rule(
    "schema/pattern",
    "text has the form that the schema demands",
    "The schema demands a form for this text: a version is a semantic version of three numbers \
     (semver.org), a name takes lower-case letters, digits and hyphens, a purpose is not blank. The hint \
     says which form is expected.",
);

/// `schema/property-names`.
pub static PROPERTY_NAMES: Rule = rule(
    "schema/property-names",
    "the keys of a map have the form that the schema demands",
    "The schema demands a form for the keys of this map, and one of them does not have it.",
);

/// `schema/required`.
pub static REQUIRED: Rule = rule(
    "schema/required",
    "a field that every manifest needs is there",
    "An assistant cannot choose a module without these fields, and the registry cannot name or order it. \
     Add the field; the label shows where it belongs.",
);

/// `schema/type`.
pub static TYPE: Rule = rule(
    "schema/type",
    "a value is of the type that the schema demands",
    "A field takes text, a number, a list or a map, and this value is something else. In YAML, an \
     unquoted `1.10` is the number 1.1 and an unquoted `true` is a boolean: quote what is meant as text. \
     A field that has no value is left out, not set to null.",
);

/// `schema/unique-items`.
pub static UNIQUE_ITEMS: Rule = rule(
    "schema/unique-items",
    "no item of a list repeats another",
    "A keyword, pattern or concept that stands twice says nothing more than once. Items are compared by \
     value, so `1` and `1.0` are equal, and the order of keys does not count. Remove the repetition.",
);

/// `schema/unique-names`.
pub static UNIQUE_NAMES: Rule = rule(
    "schema/unique-names",
    "no two actions and no two context providers of a module have one name",
    "Actions and context providers are called by their names, so a name that stands twice in a module \
     leaves open which one is meant. Rename one of them.",
);

/// `schema/unknown-field`.
pub static UNKNOWN_FIELD: Rule = rule(
    "schema/unknown-field",
    "there are no fields that the schema does not know",
    "The AI context is closed: a misspelt field would otherwise be ignored silently, and its content \
     would never reach an assistant. Correct the spelling, move the field to where it belongs, or remove \
     it. Outside the AI context a manifest may hold fields of its own.",
);

/// `schema/unusable`.
pub static UNUSABLE: Rule = rule(
    "schema/unusable",
    "the schema can be applied to the value",
    "The schema of this registry could not be applied to this value. The fault is in the files of \
     `schema/`, not in the manifest.",
);
