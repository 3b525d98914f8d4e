//! What a command found, as a table to read, as JSON for programs or as CSV for spreadsheets: the same content in each.

use std::io::IsTerminal;

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use super::PAGE;
use crate::failure::Failure;

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// A table to read, as wide as the terminal.
    #[default]
    Table,
    /// JSON, for programs; its fields stay.
    Json,
    /// Comma-separated values with a heading, for spreadsheets.
    Csv,
}

/// What a command found. Its JSON form is its own; rows are the same for people and spreadsheets.
pub(crate) trait Answer: Serialize {
    /// What it is and where it comes from: one line above the table.
    fn heading(&self) -> String;

    /// The names of the columns.
    fn columns(&self) -> &'static [&'static str];

    /// The rows, each with a cell for every column.
    fn rows(&self) -> Vec<Vec<String>>;

    /// How many of the rows a reader of the table is shown; a spreadsheet and a program get them all.
    fn limit(&self) -> Option<usize> {
        None
    }

    /// How many of the columns the table has room for; a spreadsheet has them all, and what the others say stands below.
    fn columns_shown(&self) -> usize {
        self.columns().len()
    }

    /// What to type next, a line each: for people, below the table.
    fn next(&self) -> Vec<String> {
        Vec::new()
    }

    /// What people read, no line of it wider than this; the table, unless a table is not what they want to see.
    fn text(&self, width: u16) -> String {
        let next = self.next().join("\n");
        paragraphs([wrapped(&self.heading(), width), limited(self, width), next])
    }
}

/// Prints an answer.
pub(crate) fn print(answer: &impl Answer, output: Output) -> Result<(), Failure> {
    let width = std::io::stdout().is_terminal().then(terminal_width).flatten();
    print!("{}", written(answer, output, width.unwrap_or(PAGE))?);
    Ok(())
}

fn terminal_width() -> Option<u16> {
    Table::new().width()
}

/// An answer as it is printed in so many columns.
pub(crate) fn written(answer: &impl Answer, output: Output, width: u16) -> Result<String, Failure> {
    match output {
        Output::Table => Ok(answer.text(width)),
        Output::Json => Ok(format!("{}\n", serde_json::to_string_pretty(answer)?)),
        Output::Csv => csv(answer),
    }
}

/// The table, up to the answer's limit, and how much of it is not shown.
pub(crate) fn limited(answer: &(impl Answer + ?Sized), width: u16) -> String {
    let mut rows = answer.rows();
    let shown = answer.limit().unwrap_or(rows.len()).min(rows.len());
    let left_out = rows.len() - shown;
    rows.truncate(shown);
    for row in &mut rows {
        row.truncate(answer.columns_shown());
    }
    let table = grid(&answer.columns()[..answer.columns_shown()], rows, width);
    if left_out == 0 {
        return table;
    }
    format!("{table}\n\n… and {left_out} more: --limit 0, or --output csv")
}

/// Rows below their columns' names, in so many columns of characters; nothing where there are no rows.
pub(crate) fn grid(columns: &[&str], rows: Vec<Vec<String>>, width: u16) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(columns.iter().map(|column| column.to_uppercase()))
        .add_rows(rows);
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Those that have something to say, with an empty line between them.
pub(crate) fn paragraphs(texts: impl IntoIterator<Item = String>) -> String {
    let texts = texts.into_iter().filter(|text| !text.is_empty());
    let texts: Vec<_> = texts.collect();
    format!("{}\n", texts.join("\n\n"))
}

/// A space at which no line of a heading ends.
pub(crate) const TOGETHER: char = '\u{a0}';

/// Lines that begin with `# `, each over as many as it needs.
pub(crate) fn wrapped(heading: &str, width: u16) -> String {
    let options = textwrap::Options::new(usize::from(width))
        .subsequent_indent("#   ")
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let lines = heading.lines().map(|line| textwrap::fill(line, &options));
    lines.collect::<Vec<_>>().join("\n").replace(TOGETHER, " ")
}

fn csv(answer: &impl Answer) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(answer.columns())?;
    for row in answer.rows() {
        writer.write_record(row.into_iter().map(as_text))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A spreadsheet takes a cell that begins like a formula for one: an apostrophe keeps it a text. Numbers stay numbers.
fn as_text(cell: String) -> String {
    let begins_like_a_formula = cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins_like_a_formula && cell.len() > 1 && cell.parse::<f64>().is_err() {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[derive(Serialize)]
    struct Two {
        names: Vec<&'static str>,
    }

    impl Answer for Two {
        fn heading(&self) -> String {
            format!("# {} customers on stage test, from the table", self.names.len())
        }

        fn columns(&self) -> &'static [&'static str] {
            &["customer", "what became of it"]
        }

        fn rows(&self) -> Vec<Vec<String>> {
            let row = |name: &&str| {
                vec![
                    (*name).to_owned(),
                    "all is well, and has been for so long, \"quite\"".to_owned(),
                ]
            };
            self.names.iter().map(row).collect()
        }
    }

    #[test]
    fn one_answer_has_three_forms() {
        let answer = Two {
            names: vec!["acme", "globex"],
        };
        let forms = [Output::Table, Output::Json, Output::Csv];
        let forms: Vec<_> = forms.map(|form| written(&answer, form, 40).expect("written")).into();
        assert_snapshot!(forms.join("----\n"));
    }

    #[test]
    fn an_answer_without_rows_is_its_heading() {
        let answer = Two { names: Vec::new() };
        let written = written(&answer, Output::Table, 60).expect("written");
        assert_eq!(written, "# 0 customers on stage test, from the table\n");
    }

    #[test]
    fn a_spreadsheet_calculates_nothing_of_what_is_in_a_cell() {
        let cells = ["=1+1", " @sum", "-3", "-", "- Jo", "Jo"].map(|cell| as_text(cell.to_owned()));
        assert_eq!(cells, ["'=1+1", "' @sum", "-3", "-", "'- Jo", "Jo"]);
    }
}
