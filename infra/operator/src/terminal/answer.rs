//! What a command found, as a table to read, as JSON for programs or as CSV for spreadsheets: the same content in each.

use std::io::IsTerminal;

use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use habitsync_domain::text::printable::{printable, printable_lines};
use habitsync_workflows::spreadsheet::Spreadsheet;
use serde::Serialize;

use super::{PAGE, out};
use crate::error::CommandError;

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

    /// The names of a spreadsheet's columns, and its rows: the table's, unless cells of those hold several values.
    fn spreadsheet(&self) -> (&'static [&'static str], Vec<Vec<String>>) {
        (self.columns(), self.rows())
    }

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
pub(crate) fn print(answer: &impl Answer, output: Output) -> Result<(), CommandError> {
    let width = std::io::stdout().is_terminal().then(terminal_width).flatten();
    out::write_unchanged(written(answer, output, width.unwrap_or(PAGE))?.as_bytes());
    Ok(())
}

fn terminal_width() -> Option<u16> {
    Table::new().width()
}

/// An answer as it is printed in so many columns.
pub(crate) fn written(answer: &impl Answer, output: Output, width: u16) -> Result<String, CommandError> {
    match output {
        Output::Table => Ok(printable_lines(&answer.text(width))),
        Output::Json => Ok(out::json(answer)?),
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

/// Rows below their columns' names, in so many columns of characters; nothing where there are no rows. A cell is made printable
/// before it is measured.
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
        .add_rows(rows.into_iter().map(|row| row.into_iter().map(|cell| printable(&cell))));
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

/// What stands in its place while lines are broken.
const JOINED: &str = "\u{a0}";

/// Lines that begin with `# `, each over as many as it needs.
pub(crate) fn wrapped(heading: &str, width: u16) -> String {
    let options = textwrap::Options::new(usize::from(width))
        .subsequent_indent("#   ")
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let parts = |line: &str| line.split(TOGETHER).map(printable).collect::<Vec<_>>();
    let lines = heading
        .lines()
        .map(|line| textwrap::fill(&parts(line).join(JOINED), &options));
    lines.collect::<Vec<_>>().join("\n").replace(JOINED, " ")
}

fn csv(answer: &impl Answer) -> Result<String, CommandError> {
    let (columns, rows) = answer.spreadsheet();
    let mut spreadsheet = Spreadsheet::new(columns)?;
    for row in rows {
        spreadsheet.add(row)?;
    }
    Ok(String::from_utf8_lossy(&spreadsheet.into_file()).into_owned())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

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

    /// An answer whose every text is from outside.
    #[derive(Debug, Serialize)]
    struct Outside {
        heading: String,
        rows: Vec<[String; 3]>,
        next: String,
    }

    /// Stands at the beginning of the last column.
    const MARK: &str = "§";

    impl Answer for Outside {
        fn heading(&self) -> String {
            format!("# {}", self.heading)
        }

        fn columns(&self) -> &'static [&'static str] {
            &["employee", "person", "values", "mark"]
        }

        fn rows(&self) -> Vec<Vec<String>> {
            let row = |row: &[String; 3]| [row.to_vec(), vec![MARK.to_owned()]].concat();
            self.rows.iter().map(row).collect()
        }

        fn next(&self) -> Vec<String> {
            vec![self.next.clone()]
        }
    }

    /// Texts with escape sequences, hidden, wide and combining characters.
    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            "[a-zA-Z=+@,\"' -]{0,12}",
            any::<char>().prop_map(String::from),
            "[\u{0}-\u{1f}\u{7f}-\u{a0}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}\u{fe0f}]",
            Just("\u{1b}]8;;http://evil\u{7}\u{1b}[31m".to_owned()),
            "[\u{4e00}-\u{4eff}\u{ff01}-\u{ff20}\u{ac00}-\u{acff}]{1,6}",
            "[a-z][\u{300}-\u{30f}]{1,3}",
            Just("👩\u{200d}👩\u{200d}👧 🇦🇺 ☀\u{fe0f} 1\u{fe0f}\u{20e3}".to_owned()),
        ];
        prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat().replace(MARK, ""))
    }

    fn outside() -> impl Strategy<Value = Outside> {
        let rows = prop::collection::vec([text(), text(), text()], 1..5);
        (text(), rows, text()).prop_map(|(heading, rows, next)| Outside { heading, rows, next })
    }

    /// The columns of characters at which the marks of the last column begin.
    fn marked(table: &str) -> Vec<usize> {
        let before = table.lines().filter_map(|line| line.split_once(MARK));
        before.map(|(before, _)| before.width()).collect()
    }

    proptest! {
        #[test]
        fn no_text_of_an_answer_gives_the_terminal_orders(answer in outside(), width in prop_oneof![Just(80), Just(100)]) {
            for output in [Output::Table, Output::Json, Output::Csv] {
                let written = written(&answer, output, width).expect("written");
                let allowed = if output == Output::Csv { "\r\n" } else { "\n" };
                let text = written.trim_start_matches('\u{feff}');
                let orders = |character: char| character.is_control() && !allowed.contains(character);
                prop_assert!(!text.contains(orders), "{:?}", text);
                prop_assert!(!text.contains(['\u{202e}', '\u{2066}', '\u{200b}']), "{:?}", text);
            }
        }

        #[test]
        fn a_programs_answer_is_exact(answer in outside()) {
            let json = written(&answer, Output::Json, PAGE).expect("written");
            let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            prop_assert_eq!(read, serde_json::to_value(&answer).expect("JSON"));
        }

        #[test]
        fn columns_stay_below_each_other(answer in outside(), width in prop_oneof![Just(80), Just(100)]) {
            let table = limited(&answer, width);
            let marks = marked(&table);
            prop_assert_eq!(marks.len(), answer.rows.len());
            prop_assert!(marks.iter().all(|mark| *mark == marks[0]), "{:?}\n{}", marks, table);
            prop_assert!(table.lines().all(|line| line.width() <= usize::from(width)), "{}", table);
        }
    }

    #[test]
    fn an_answer_without_rows_is_its_heading() {
        let answer = Two { names: Vec::new() };
        let written = written(&answer, Output::Table, 60).expect("written");
        assert_eq!(written, "# 0 customers on stage test, from the table\n");
    }
}
