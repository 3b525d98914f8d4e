//! What a command found, as a table to read, as JSON for programs or as CSV for spreadsheets: the same content in each.

use std::io::IsTerminal;

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use super::PAGE;
use super::page::{self, Section};
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

    /// The answer as sections, where it is about one thing and a table of it would not be readable; then that is what is read.
    fn sections(&self) -> Option<Vec<Section>> {
        None
    }

    /// What stands below the table, a line each: what it means, and what to type next.
    fn footer(&self) -> Vec<String> {
        Vec::new()
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
        Output::Table => Ok(table(answer, width)),
        Output::Json => Ok(format!("{}\n", serde_json::to_string_pretty(answer)?)),
        Output::Csv => csv(answer),
    }
}

fn table(answer: &impl Answer, width: u16) -> String {
    let heading = answer.heading();
    let mut rows = answer.rows();
    let left_out = rows.len() - answer.limit().unwrap_or(rows.len()).min(rows.len());
    rows.truncate(rows.len() - left_out);
    let left_out = (left_out > 0).then(|| format!("… and {left_out} more: --limit 0, or --output csv"));
    let below: Vec<_> = left_out.into_iter().chain(answer.footer()).collect();
    let table = match answer.sections() {
        Some(sections) => Some(page::written(&sections, width)),
        None => (!rows.is_empty()).then(|| lines(answer.columns(), rows, width)),
    };
    let below = (!below.is_empty()).then(|| below.join("\n"));
    let parts: Vec<_> = [Some(heading), table, below].into_iter().flatten().collect();
    parts.join("\n\n") + "\n"
}

/// Rows below their headings, no wider than this.
pub(crate) fn lines(columns: &[&str], rows: Vec<Vec<String>>, width: u16) -> String {
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

fn csv(answer: &impl Answer) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(answer.columns())?;
    for row in answer.rows() {
        writer.write_record(row)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
        let written = written(&answer, Output::Table, 40).expect("written");
        assert_eq!(written, "# 0 customers on stage test, from the table\n");
    }
}
