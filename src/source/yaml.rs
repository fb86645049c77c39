//! YAML: the parser's events go straight into the tree, with their places.

mod characters;
mod incomplete_lines;
mod indentation;
mod lines;
mod messages;
mod quotes;
mod reader;
mod recover;
mod scalar;
mod strict;
mod syntax;

use granit_parser::{Options, Parser};

use super::{common_errors::duplicate_keys, limits::Limits, parse_error::ParseError, reading::Reading};
use reader::Reader;

/// Reads a YAML text: a tree, or the syntax errors that prevent one, and what else is wrong up to the first of them.
pub(super) fn read(text: &str, limits: &Limits) -> Reading {
    if let Some(error) = characters::check(text) {
        return Reading { errors: vec![error], ..Reading::default() };
    }
    let (mut reading, failure) = read_to_failure(text, limits);
    let Some(failure) = failure else { return reading };
    let line_of =
        |error: &ParseError| lines::Line::at(text, text.floor_char_boundary(error.span.start)).start;
    let known: Vec<_> = reading.errors.iter().map(line_of).collect();
    let failures = recover::all(text, failure, |copy| read_to_failure(copy, limits).1);
    // What ends the reading of a line on which something was found already is a consequence of that.
    reading.errors.extend(failures.into_iter().filter(|failure| !known.contains(&line_of(failure))));
    Reading { tree: None, spans: None, errors: reading.errors }
}

/// Reads a YAML text up to the finding that no tree survives.
fn read_to_failure(text: &str, limits: &Limits) -> (Reading, Option<ParseError>) {
    let mut reader = Reader::new(text, limits);
    let failure = reader.read(Parser::new_from_str_with_options(text, options())).err();
    let Reader { mut builder, spans, mut errors, .. } = reader;
    builder.close_all();
    let duplicates = builder.duplicates().collect::<Vec<_>>();
    let tree = builder.finish();
    if let Some(tree) = &tree {
        errors.extend(duplicate_keys(text, tree, duplicates, &spans));
    }
    (Reading { tree, spans: Some(spans), errors }, failure)
}

fn options() -> Options {
    granit_parser::options! {
        emit_comments: false,
        // Their names are checked.
        emit_anchor_events: true,
        // Reported together with what else is wrong.
        emit_unresolved_aliases: true,
        // As `serde_yaml` has it.
        block_scalar_eof_without_line_feed: true,
        disallow_directives: true,
    }
}
