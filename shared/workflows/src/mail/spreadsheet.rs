//! The lines of a mail as a spreadsheet: CSV, which every program reads, with nothing in it that one would calculate.

use super::page::Page;
use super::worklist::Worklist;

/// One row per line, with what the mail says about its group.
pub(super) fn csv_of(worklist: &Worklist, page: &Page) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "problem",
        "person or topic",
        "number",
        "field",
        "value seen",
        "should be",
        "tried next",
        "since the last mail",
        "what to do",
    ])?;
    for (group, line) in worklist.rows() {
        let seen = line.seen.clone().unwrap_or_default();
        let tried = page.tried(line).unwrap_or_default();
        let mark = page.mark_of(line).unwrap_or_default();
        let cells = [
            &group.title,
            &line.who,
            &line.number,
            &line.field,
            &seen,
            &line.expected,
            &tried,
            mark,
            &group.what_to_do,
        ];
        writer.write_record(cells.map(as_text))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A spreadsheet takes a cell that begins like a formula for one: an apostrophe keeps it a text.
fn as_text(cell: &str) -> String {
    if cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
