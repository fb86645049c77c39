//! From the parser's events to a tree, with the places of its nodes.

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle};

use super::{
    characters, indentation, lines,
    scalar::{Resolved, resolve},
    strict, syntax,
};
use crate::{
    diagnostic::Span,
    source::{
        common_errors::{MAX_ERRORS, bad_number, merge_key, second_document, too_deep},
        limits::Limits,
        parse_error::ParseError,
        rules,
        tree::{
            builder::TreeBuilder,
            number::Number,
            spans::{ByteRange, NodeSpans},
        },
    },
};

/// The node of an anchor, or `None` if it cannot be copied: a key, or a collection that is still open.
type Anchor = Option<usize>;

/// A collection whose end is still to come.
struct Open {
    node: usize,
    anchor: usize,
    is_mapping: bool,
    is_flow: bool,
    /// The spaces that each further line of a node within it needs.
    indentation: usize,
}

/// Takes the events of the parser, and remembers what the next ones depend on.
pub(super) struct Reader<'a> {
    text: &'a str,
    limits: &'a Limits,
    pub(super) builder: TreeBuilder,
    pub(super) spans: Vec<NodeSpans>,
    /// The nodes of the anchors, by the parser's number of an anchor, less one.
    anchors: Vec<Anchor>,
    open: Vec<Open>,
    /// The key whose value comes next.
    key: Option<ByteRange>,
    /// The end of the last key or value.
    content_end: usize,
    /// The end of the last token, with the blank lines that belong to it.
    token_end: usize,
    /// The end of the last token within brackets.
    flow_end: usize,
    has_tabs: bool,
    /// The number of nodes that were copied for aliases.
    expanded: usize,
    pub(super) errors: Vec<ParseError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Self {
        Self {
            text,
            limits,
            builder: TreeBuilder::default(),
            spans: Vec::new(),
            anchors: Vec::new(),
            open: Vec::new(),
            key: None,
            content_end: 0,
            token_end: 0,
            flow_end: 0,
            has_tabs: text.contains('\t'),
            expanded: 0,
            errors: Vec::new(),
        }
    }

    /// Reads all events; an error is a finding that no tree survives.
    pub(super) fn read(&mut self, parser: Parser<'a, StrInput<'a>>) -> Result<(), ParseError> {
        let mut documents = 0;
        for next in parser {
            let (event, marks) = next.map_err(|error| {
                syntax::explain(self.text, &error, self.limits.depth, self.outermost_bracket())
            })?;
            let span = self.within(marks.byte_range().unwrap_or_default());
            if let Some(tag) = marks.tag_span().and_then(|tag| tag.byte_range()) {
                self.refuse_tag(tag);
            }
            if !matches!(event, Event::Anchor(..)) {
                self.refuse_tabs(&span, &event)?;
                self.refuse_outdented(&span, &event)?;
            }
            match event {
                Event::Scalar(value, style, anchor, _) if self.expects_key() => {
                    self.anchor(anchor, None);
                    self.take_key(&value, style, span)?;
                }
                Event::Anchor(..) => refuse(strict::anchor_name(self.text, &span))?,
                Event::Scalar(value, style, anchor, _) => {
                    let node = self.scalar(&value, style, span)?;
                    self.anchor(anchor, Some(node));
                }
                Event::SequenceStart(style, anchor, _) => self.open(false, style, anchor, &span)?,
                Event::MappingStart(style, anchor, _) => self.open(true, style, anchor, &span)?,
                Event::SequenceEnd | Event::MappingEnd => self.close(&span),
                Event::Alias(_) | Event::UnresolvedAlias(_) if self.expects_key() => {
                    return Err(syntax::alias_as_key(span));
                }
                Event::Alias(anchor) => {
                    refuse(strict::anchor_name(self.text, &span))?;
                    self.alias(anchor, span)?;
                }
                Event::UnresolvedAlias(name) => {
                    let node = self.null(span.clone());
                    let text = self.text;
                    self.report(|| syntax::unknown_anchor(text, &name, span).at(node));
                }
                Event::DocumentStart(..) if documents == 1 => return Err(second_document(span)),
                Event::DocumentStart(..) => {
                    refuse(strict::early_end(self.text, span.start))?;
                    documents = 1;
                }
                _ => {}
            }
        }
        let is_empty = match &self.spans[..] {
            [] => true,
            [only] => only.value.span().is_empty() && self.open.is_empty(),
            _ => false,
        };
        if is_empty { Err(syntax::empty(self.text)) } else { Ok(()) }
    }

    /// Returns whether the next node is a key: the innermost open collection is a mapping, and no key waits for its value.
    fn expects_key(&self) -> bool {
        self.key.is_none() && self.open.last().is_some_and(|open| open.is_mapping)
    }

    fn take_key(&mut self, key: &str, style: ScalarStyle, span: Span) -> Result<(), ParseError> {
        let is_plain = style == ScalarStyle::Plain;
        refuse(strict::key(self.text, &span, is_plain, self.is_flow()))?;
        if is_plain && self.is_flow() {
            refuse(strict::plain_in_flow(self.text, &span))?;
        }
        self.content_end = span.end.max(self.content_end);
        if key == "<<" {
            let node = self.builder.len();
            self.report(|| merge_key(span.clone(), node));
        }
        self.refuse_surrogates(style, &span);
        self.builder.key(key);
        self.key = Some(ByteRange::new(span));
        Ok(())
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: Span) -> Result<usize, ParseError> {
        Ok(match style {
            ScalarStyle::Plain if span.is_empty() => self.null(self.content_end..self.content_end),
            ScalarStyle::Plain => {
                if self.is_flow() {
                    refuse(strict::plain_in_flow(self.text, &span))?;
                }
                self.plain(value, span)
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                self.refuse_surrogates(style, &span);
                self.string(value, span)
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                refuse(strict::block_text(self.text, &span, self.open.is_empty()))?;
                let written = self.text[span.clone()].trim_end().len();
                self.string(value, span.start..span.start + written)
            }
        })
    }

    fn plain(&mut self, value: &str, span: Span) -> usize {
        match resolve(value) {
            Resolved::String => self.string(value, span),
            Resolved::Null => self.null(span),
            Resolved::Bool(truth) => {
                self.place(span);
                self.builder.bool(truth)
            }
            Resolved::Number(number) => {
                self.place(span);
                self.builder.number(number)
            }
            Resolved::BadNumber(number) => {
                self.place(span.clone());
                let node = self.builder.number(Number::nearest(number));
                self.report(|| bad_number(value, span, node));
                node
            }
        }
    }

    fn string(&mut self, value: &str, span: Span) -> usize {
        self.place(span);
        self.builder.string(value)
    }

    fn null(&mut self, span: Span) -> usize {
        self.place(span);
        self.builder.null()
    }

    fn open(
        &mut self,
        is_mapping: bool,
        style: StructureStyle,
        anchor: usize,
        span: &Span,
    ) -> Result<(), ParseError> {
        if self.expects_key() {
            return Err(syntax::collection_as_key(self.text, span));
        }
        if self.builder.depth() >= self.limits.depth {
            return Err(too_deep(span.clone(), self.limits.depth));
        }
        let is_flow = style == StructureStyle::Flow;
        let outer = self.open.last();
        let indentation = if is_flow {
            outer.map_or(0, |open| open.indentation)
        } else {
            let key = outer.filter(|open| open.is_mapping && !is_mapping).map(|open| open.indentation);
            strict::block_indentation(self.text, self.content_end.min(span.start)..span.start, key)
        };
        self.place(span.clone());
        self.anchor(anchor, None);
        let node = if is_mapping { self.builder.open_object() } else { self.builder.open_array() };
        self.open.push(Open { node, anchor, is_mapping, is_flow, indentation });
        Ok(())
    }

    fn close(&mut self, span: &Span) {
        self.builder.close();
        let Some(Open { node, anchor, is_flow, .. }) = self.open.pop() else { return };
        if is_flow {
            self.content_end = self.content_end.max(span.end);
        }
        self.spans[node].value = self.spans[node].value.until(self.content_end);
        self.anchor(anchor, Some(node));
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), ParseError> {
        let Some(node) = self.anchors.get(anchor - 1).copied().flatten() else {
            let null = self.null(span.clone());
            self.report(|| syntax::alias_of_open(span).at(null));
            return Ok(());
        };
        let size = self.builder.size(node);
        // Expansion beyond a hundred times what is written is refused by `serde_yaml` too.
        let written = self.builder.len() - self.expanded;
        self.expanded += size;
        if self.expanded > self.limits.aliases.min(written * 100) {
            return Err(too_many_aliases(span, self.limits.aliases));
        }
        if self.builder.depth() + self.builder.height(node) > self.limits.depth {
            return Err(too_deep(span, self.limits.depth));
        }
        let copy = self.spans.len();
        self.content_end = self.content_end.max(span.end);
        self.builder.copy(node);
        self.spans.extend_from_within(node..node + size);
        self.spans[copy] = NodeSpans { key: self.key.take(), value: ByteRange::new(span) };
        Ok(())
    }

    /// Notes the place of the node that is added next.
    fn place(&mut self, value: Span) {
        self.content_end = self.content_end.max(value.end);
        self.spans.push(NodeSpans { key: self.key.take(), value: ByteRange::new(value) });
    }

    /// Notes the node of an anchor; nodes without one have the number 0.
    fn anchor(&mut self, anchor: usize, node: Anchor) {
        if anchor == 0 {
            return;
        }
        if self.anchors.len() < anchor {
            self.anchors.resize(anchor, None);
        }
        self.anchors[anchor - 1] = node;
    }

    fn refuse_tag(&mut self, tag: Span) {
        let span = self.within(tag);
        let (text, node) = (self.text, self.builder.len());
        self.report(|| syntax::tag(text, span).at(node));
    }

    fn refuse_surrogates(&mut self, style: ScalarStyle, span: &Span) {
        if style == ScalarStyle::DoubleQuoted
            && let Some(escape) = characters::surrogate_escape(self.text, span)
        {
            self.report(|| syntax::surrogate(escape));
        }
    }

    /// Refuses tabs as indentation between the last token and the one at `span`, and within that.
    fn refuse_tabs(&mut self, span: &Span, event: &Event<'_>) -> Result<(), ParseError> {
        let gap = self.token_end..span.start.max(self.token_end);
        if !self.has_tabs {
            return Ok(());
        }
        // A node that is not written may be before the tab: its line is looked at again.
        let end = if span.is_empty() {
            self.text[gap.clone()].rfind('\n').map_or(gap.start, |newline| gap.start + newline + 1)
        } else {
            span.end
        };
        self.token_end = self.token_end.max(end);
        if let Event::Scalar(_, ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded, ..) = event {
            refuse(strict::tab_in_text(self.text, span))?;
        }
        if self.is_flow() {
            return Ok(());
        }
        refuse(strict::tab(self.text, gap).map(|error| {
            let line = lines::Line::at(self.text, error.span.start);
            indentation::tab(self.text, line).unwrap_or(error)
        }))
    }

    /// Returns where the outermost bracket is that is still open.
    fn outermost_bracket(&self) -> Option<usize> {
        let outermost = self.open.iter().find(|open| open.is_flow)?;
        Some(self.spans.get(outermost.node)?.value.span().start)
    }

    /// Refuses lines that continue a node in quotes or brackets and are not indented below the collection that it is in.
    fn refuse_outdented(&mut self, span: &Span, event: &Event<'_>) -> Result<(), ParseError> {
        let Some(&Open { is_flow, indentation, .. }) = self.open.last() else {
            self.flow_end = span.end;
            return Ok(());
        };
        if is_flow {
            let gap = self.flow_end.min(span.start)..span.start;
            refuse(strict::outdented_in_flow(self.text, gap, indentation))?;
        }
        self.flow_end = span.end;
        if let Event::Scalar(_, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, ..) = event {
            refuse(strict::outdented_text(self.text, span, indentation))?;
        }
        Ok(())
    }

    fn is_flow(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_flow)
    }

    /// Reports what `error` makes, which looks at the text around it: it is not made where there are enough already.
    fn report(&mut self, error: impl FnOnce() -> ParseError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error());
        }
    }

    fn within(&self, span: Span) -> Span {
        let end = span.end.min(self.text.len());
        span.start.min(end)..end
    }
}

/// Ends reading where there is an error.
fn refuse(error: Option<ParseError>) -> Result<(), ParseError> {
    error.map_or(Ok(()), Err)
}

fn too_many_aliases(span: Span, limit: usize) -> ParseError {
    let message =
        format!("the aliases up to here repeat more than {limit} nodes, or far more than is written");
    ParseError::new(&rules::TOO_MANY_ALIASES, span, message, "one alias too many")
        .help("write the content out, or raise `aliases` under `[limits]` in `modreg.toml`")
}
