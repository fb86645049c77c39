//! The table of the parser's errors, with a message and a help for each.

use granit_parser::ErrorKind;

/// Returns a message and a help in an author's words for each kind of the parser's errors.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn message_and_help(kind: &ErrorKind) -> (&'static str, &'static str) {
    use ErrorKind as Kind;
    match kind {
        Kind::UnclosedQuotedScalar | Kind::UnexpectedEof => (
            "a text has no closing quote",
            "close it with the quote it starts with; write `'` within `'…'` as `''`",
        ),
        Kind::DocumentIndicatorInQuotedScalar => (
            "a text in quotes contains a line `---` or `...`",
            "close the quote before it, or indent the line",
        ),
        Kind::InvalidQuotedScalarIndent => (
            "a text in quotes continues on a line that is not indented enough",
            "indent the line further than the key, or close the quote on the line where it starts",
        ),
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => (
            "there is more text after the closing quote",
            "put all of it within the quotes; within `\"…\"` write `\"` as `\\\"`, within `'…'` write `'` as `''`",
        ),
        Kind::UnknownQuotedScalarEscape => (
            "this is not an escape that YAML knows",
            "write a backslash as `\\\\`, or use single quotes, where backslashes mean themselves",
        ),
        Kind::InvalidQuotedScalarHexEscape | Kind::InvalidUnicodeEscape => {
            ("this escape needs hexadecimal digits", "write `\\x` and 2, `\\u` and 4, or `\\U` and 8 of them")
        }
        Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate => {
            ("this `\\u` escape is half of a character", "write the character itself, or `\\U` and 8 digits")
        }
        Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping => {
            ("a `[` or `{` is never closed", "add the missing bracket, or put a text with brackets in quotes")
        }
        Kind::ExpectedFlowMappingSeparator => {
            ("expected `,` or `}` here", "close the brace, or put a text that contains braces in quotes")
        }
        Kind::ExpectedFlowSequenceSeparator => {
            ("expected `,` or `]` here", "close the bracket, or put a text that contains brackets in quotes")
        }
        Kind::MisplacedFlowCollectionEnd => {
            ("a bracket is closed that was never opened", "remove it, or put the text in quotes")
        }
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabInPlainScalar
        | Kind::TabAtBlockScalarStart => ("a tab is used where YAML expects spaces", "indent with spaces"),
        Kind::MappingValueNotAllowed | Kind::MappingKeyNotAllowed | Kind::InvalidColonPlacement => (
            "a key is not expected here",
            "start it on a line of its own with the indentation of its neighbours; put a text that contains `: ` in quotes",
        ),
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => (
            "expected a colon after this key",
            "write `key: value`; indent the lines of a longer text further than its key",
        ),
        Kind::ExpectedBlockMappingKey | Kind::UnexpectedEofBlockMapping => {
            ("expected a key of the object above, or its end", "indent all keys of an object alike")
        }
        Kind::ExpectedBlockSequenceEntry | Kind::UnexpectedEofBlockSequence => {
            ("expected a `- ` of the list above, or its end", "indent all items of a list alike")
        }
        Kind::BlockSequenceEntryNotAllowed | Kind::BlockEntryInFlowCollection => (
            "a list item `- ` is not expected here",
            "start the list on a line of its own; put a text that starts with `- ` in quotes",
        ),
        Kind::InvalidIndentation | Kind::InvalidFlowScalarIndent => (
            "the indentation of this line does not match any line above",
            "indent it like the lines it belongs to",
        ),
        Kind::InvalidBlockScalarIndent => (
            "this line has fewer spaces before it than `|` or `>` requires, or than a blank line above it",
            "remove the spaces from the blank lines above, and the digit after `|` or `>`",
        ),
        Kind::ZeroBlockScalarIndent => ("the digit after `|` or `>` cannot be 0", "remove it"),
        Kind::InvalidBlockScalarHeader => (
            "text follows `|` or `>` on the same line",
            "start the text on the next line, or put it in quotes",
        ),
        Kind::CommentNotSeparated | Kind::CommentInterceptedScalar => (
            "a comment is not expected here",
            "put a space before `#`; put a text that contains ` #` in quotes",
        ),
        Kind::DirectiveDisallowed => ("YAML directives are not read", "remove the line that starts with `%`"),
        Kind::InvalidDocumentEnd => ("text follows the end of the document", "remove it"),
        Kind::ExpectedDocumentStart => (
            "this line follows a list, an object or a text that is already complete",
            "remove what is before this line, or indent this line if it belongs to it",
        ),
        Kind::UnexpectedCharacter { .. } => {
            ("a text cannot start with this character", "put the text in quotes")
        }
        Kind::PlainScalarStartsWithDashFlowIndicator | Kind::UnexpectedEndOfPlainScalar => {
            ("expected a value here", "put a text that starts with a sign in quotes")
        }
        Kind::MissingAnchorOrAliasName => (
            "`&` and `*` start an anchor or an alias in YAML, and need a name",
            "put a text that starts with `&` or `*` in quotes",
        ),
        Kind::UndeclaredTagHandle
        | Kind::ExpectedTagBang
        | Kind::InvalidTagTerminator
        | Kind::MissingTagUri
        | Kind::UnclosedVerbatimTag
        | Kind::InvalidTagEscape => {
            ("`!` starts a tag in YAML, and tags are not read", "put a text that starts with `!` in quotes")
        }
        Kind::InvalidMappingValueWhitespace
        | Kind::InvalidBlockEntryWhitespace
        | Kind::ExpectedWhitespace => ("expected a space here", "put a space after `:`, `-` and `,`"),
        Kind::FlowMappingValueAdjacentCollection => {
            ("expected a space after the colon", "put a space after `:`")
        }
        Kind::ExpectedNodeContent => ("expected a value here", ""),
        _ => ("this is not valid YAML", "check quotes, brackets and indentation around this place"),
    }
}
