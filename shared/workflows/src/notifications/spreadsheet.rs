//! The lines of a mail as a spreadsheet. It is bounded, since SES takes no mail of more than 10 MB: the rows that do not fit are
//! counted.

use super::line::{Group, Line};
use super::page::Page;
use super::worklist::Worklist;
use crate::spreadsheet::Spreadsheet;

/// The most rows of one spreadsheet.
const MOST_ROWS: usize = 5_000;

/// The most bytes of one spreadsheet: as base64 they are a third more.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The lines of a worklist as CSV.
pub(super) struct WorklistSheet {
    /// The file.
    pub(super) csv: Vec<u8>,
    /// How many lines are in it.
    pub(super) rows: usize,
    /// How many lines are not.
    pub(super) left: usize,
}

impl WorklistSheet {
    /// One row per line, with what the mail says about its group, as far as they fit; none where there is no line.
    pub(super) fn new(worklist: &Worklist, page: &Page) -> Result<Option<Self>, csv::Error> {
        let all = worklist.rows().count();
        if all == 0 {
            return Ok(None);
        }
        let mut sheet = Spreadsheet::new(&HEAD)?;
        let mut rows = 0;
        for (group, line) in worklist.rows().take(MOST_ROWS) {
            if !sheet.add_within(MOST_BYTES, cells(group, line, page))? {
                break;
            }
            rows += 1;
        }
        let left = all - rows;
        if left > 0 {
            let mut rest = HEAD.map(|_| String::new());
            rest[0] = format!("and {left} more lines, which do not fit into this file");
            sheet.add(rest)?;
        }
        Ok(Some(Self {
            csv: sheet.into_file(),
            rows,
            left,
        }))
    }
}

const HEAD: [&str; 9] = [
    "problem",
    "person or topic",
    "number",
    "field",
    "value seen",
    "should be",
    "tried next",
    "since the last mail",
    "what to do",
];

fn cells(group: &Group, line: &Line, page: &Page) -> [String; 9] {
    [
        &group.title,
        &line.who,
        &line.number,
        &line.field,
        line.seen.as_deref().unwrap_or_default(),
        &line.expected,
        &page.tried(line).unwrap_or_default(),
        page.mark_of(line).unwrap_or_default(),
        &group.what_to_do,
    ]
    .map(str::to_owned)
}
