//! Writes reports as JSON.
//!
//! Characters that cannot be seen are written as escapes: a program reads the same text, and a terminal or a build log
//! that the report passes through is not affected.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::{domain::is_hidden, report::text::starts_command};

/// The version of the shape of all reports.
pub const REPORT_VERSION: u32 = 1;

/// A report with its version, in the form that is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Versioned<T> {
    report_version: u32,
    #[serde(flatten)]
    report: T,
}

impl<T> Versioned<T> {
    /// Adds the version to a report.
    pub const fn new(report: T) -> Self {
        Self { report_version: REPORT_VERSION, report }
    }
}

/// Writes a report as one JSON object, indented by two spaces, with a final newline.
pub fn write<T: Serialize>(out: &mut dyn io::Write, report: &T) -> io::Result<()> {
    write_value(out, &Versioned::new(report))
}

/// Writes a value of another format in the same way, without a version of ours.
pub(in crate::report) fn write_value<T: Serialize>(out: &mut dyn io::Write, value: &T) -> io::Result<()> {
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, VisibleFormatter(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    writeln!(out)
}

/// Returns a report as [`write()`] writes it.
pub fn to_bytes<T: Serialize>(report: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, report).expect("memory takes all bytes");
    bytes
}

/// Writes pretty JSON with escapes for characters that cannot be seen and for commands of build servers.
struct VisibleFormatter(PrettyFormatter<'static>);

impl Formatter for VisibleFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let (mut plain_from, mut previous) = (0, None);
        for (offset, character) in text.char_indices() {
            if is_hidden(character, previous) || starts_command(character, previous, &text[offset..]) {
                writer.write_all(&text.as_bytes()[plain_from..offset])?;
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
                plain_from = offset + character.len_utf8();
            }
            previous = Some(character);
        }
        writer.write_all(&text.as_bytes()[plain_from..])
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
