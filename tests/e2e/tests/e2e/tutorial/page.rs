//! The tutorial as a list of steps: what its Markdown says is to be done, in order, and where each output stands in it.
//!
//! A reader sees commands and their output. What only the test needs is in comments:
//!
//! | comment | means |
//! | --- | --- |
//! | `<!-- environment -->` | the next block is a reader's environment; the test has its own |
//! | `<!-- file: NAME -->` | the next block is a file that is there from now on |
//! | `<!-- edit: NAME -->` | the next block says which lines of that file become which |
//! | `<!-- until: TEXT -->` | the command of the next block is repeated until it says this |
//! | `<!-- world: EVENT -->` | something happens outside: see `world.rs` |

use std::iter::Peekable;
use std::ops::Range;

use libtest_mimic::Failed;
use pulldown_cmark::{CodeBlockKind, Event, OffsetIter, Options, Parser, Tag, TagEnd};

/// An action at one place of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Something happens outside.
    World(String),
    /// A file is written.
    File { name: String, text: String },
    /// Lines of a file become others.
    Edit { name: String, changes: String },
    /// Commands are typed.
    Console(Console),
}

/// A block of commands, each with its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Console {
    /// Where it stands in the page.
    pub(super) place: Range<usize>,
    /// What its only command is repeated for.
    pub(super) until: Option<String>,
    pub(super) exchanges: Vec<Exchange>,
}

/// A command and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exchange {
    pub(super) command: String,
    pub(super) said: String,
}

/// What a comment says about what follows.
#[derive(Debug, PartialEq, Eq)]
enum Directive {
    Environment,
    File(String),
    Edit(String),
    Until(String),
    World(String),
}

/// The steps of a page. A block that is neither a step nor prose is an error, reported with its line.
pub(super) fn steps(page: &str) -> Result<Vec<Step>, Failed> {
    let mut events = Parser::new_ext(page, Options::ENABLE_TABLES)
        .into_offset_iter()
        .peekable();
    let (mut steps, mut waiting) = (Vec::new(), None);
    while let Some((event, place)) = events.next() {
        let at = |what: &str| Failed::from(format!("line {}: {what}", line_of(page, place.start)));
        match event {
            Event::Start(Tag::HtmlBlock) => match directive(&html(&mut events)).ok_or_else(|| at("not understood"))? {
                Directive::World(event) => steps.push(Step::World(event)),
                _ if waiting.is_some() => return Err(at("the comment before has no block")),
                about => waiting = Some(about),
            },
            Event::Start(Tag::CodeBlock(kind)) => {
                let (text, content) = code(&mut events);
                if kind.is_fenced() && !page[..content.start].ends_with('\n') {
                    return Err(at("a block inside a list or a quotation is not run"));
                }
                let found = step(&kind, waiting.take(), text, content).map_err(|what| at(&what))?;
                steps.extend(found);
            }
            Event::InlineHtml(_) => return Err(at("a comment within a paragraph is not read")),
            _ => {}
        }
    }
    match waiting {
        Some(directive) => Err(format!("no block follows {directive:?}").into()),
        None => Ok(steps),
    }
}

/// The page with other outputs in its blocks of commands.
pub(super) fn with(page: &str, blocks: &[Console]) -> String {
    let mut written = page.to_owned();
    for block in blocks.iter().rev() {
        written.replace_range(block.place.clone(), &block.to_string());
    }
    written
}

impl std::fmt::Display for Console {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, exchange) in self.exchanges.iter().enumerate() {
            let between = if index > 0 && self.exchanges[index - 1].said.lines().count() > 1 {
                "\n"
            } else {
                ""
            };
            writeln!(formatter, "{between}$ {}", exchange.command)?;
            formatter.write_str(&exchange.said)?;
        }
        Ok(())
    }
}

type Events<'a> = Peekable<OffsetIter<'a>>;

fn html(events: &mut Events<'_>) -> String {
    let mut text = String::new();
    for (event, _) in events.by_ref() {
        match event {
            Event::Html(part) => text.push_str(&part),
            Event::End(TagEnd::HtmlBlock) => break,
            _ => {}
        }
    }
    text
}

fn code(events: &mut Events<'_>) -> (String, Range<usize>) {
    let (mut text, mut content) = (String::new(), None::<Range<usize>>);
    for (event, place) in events.by_ref() {
        match event {
            Event::Text(part) => {
                text.push_str(&part);
                content = Some(content.map_or(place.clone(), |content| content.start..place.end));
            }
            Event::End(TagEnd::CodeBlock) => break,
            _ => {}
        }
    }
    (text, content.unwrap_or_default())
}

fn step(
    kind: &CodeBlockKind<'_>,
    about: Option<Directive>,
    text: String,
    place: Range<usize>,
) -> Result<Option<Step>, String> {
    let CodeBlockKind::Fenced(language) = kind else {
        return Err("an indented block is not run".to_owned());
    };
    let until = match (language.as_ref(), about) {
        ("console", None) => None,
        ("console", Some(Directive::Until(said))) => Some(said),
        ("diff", Some(Directive::Edit(name))) => return Ok(Some(Step::Edit { name, changes: text })),
        ("console" | "diff", about) => return Err(format!("a block of this kind is not {about:?}")),
        (_, Some(Directive::File(name))) => return Ok(Some(Step::File { name, text })),
        (_, Some(Directive::Environment)) => return Ok(None),
        (other, _) => return Err(format!("a block of {other:?} is not run")),
    };
    let exchanges = exchanges(&text)?;
    if until.is_some() && exchanges.len() > 1 {
        return Err("what is repeated stands alone in its block".to_owned());
    }
    Ok(Some(Step::Console(Console {
        place,
        until,
        exchanges,
    })))
}

fn exchanges(text: &str) -> Result<Vec<Exchange>, String> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut continued = false;
    for line in text.lines() {
        match (line.strip_prefix("$ "), exchanges.last_mut()) {
            (_, Some(last)) if continued => last.command.extend(["\n", line]),
            (Some(command), _) => exchanges.push(Exchange {
                command: command.to_owned(),
                said: String::new(),
            }),
            (None, Some(last)) => last.said.extend([line, "\n"]),
            (None, None) => return Err("a block of commands begins with one".to_owned()),
        }
        continued = line.ends_with('\\') && exchanges.last().is_some_and(|last| last.said.is_empty());
    }
    for exchange in &mut exchanges {
        // What parts one exchange from the next belongs to neither.
        let end = exchange.said.trim_end().len();
        exchange.said.truncate(end);
        exchange.said.extend((end > 0).then_some('\n'));
    }
    Ok(exchanges)
}

fn directive(comment: &str) -> Option<Directive> {
    let text = comment.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (name, value) = text.split_once(": ").unwrap_or((text, ""));
    let value = value.trim().to_owned();
    match (name, value.is_empty()) {
        ("environment", true) => Some(Directive::Environment),
        ("file", false) => Some(Directive::File(value)),
        ("edit", false) => Some(Directive::Edit(value)),
        ("until", false) => Some(Directive::Until(value)),
        ("world", false) => Some(Directive::World(value)),
        _ => None,
    }
}

fn line_of(page: &str, place: usize) -> usize {
    page[..place].lines().count() + 1
}
