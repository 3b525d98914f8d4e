//! Spreadsheets for people, as CSV: UTF-8 with a byte order mark, without which Excel reads `Zoë` as `ZoÃ«`, lines that end as RFC
//! 4180 says, and cells that no spreadsheet program takes for a formula.

use std::fmt;

use csv::{Terminator, WriterBuilder};
use habitsync_domain::text::printable::{is_hidden, printable_lines};

/// What a spreadsheet for people begins with.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What a cell begins with that a spreadsheet program calculates, each also in its wide and small forms.
const FORMULA_SIGNS: [char; 12] = [
    '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe66}', '\u{fe62}', '\u{fe63}', '\u{fe6b}',
];

/// A spreadsheet as it grows, row by row. It holds personal data: `Debug` withholds it.
pub struct Spreadsheet {
    file: Vec<u8>,
}

impl Spreadsheet {
    /// A spreadsheet with these names of columns.
    ///
    /// # Errors
    /// A name cannot be encoded.
    pub fn new(columns: &[&str]) -> Result<Self, csv::Error> {
        let mut spreadsheet = Self {
            file: BYTE_ORDER_MARK.as_bytes().to_vec(),
        };
        spreadsheet.add(columns)?;
        Ok(spreadsheet)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// A cell cannot be encoded.
    pub fn add(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), csv::Error> {
        self.add_within(usize::MAX, cells).map(|_| ())
    }

    /// Adds a row unless the file would be larger than `most_bytes` with it; says whether it did.
    ///
    /// # Errors
    /// A cell cannot be encoded.
    pub fn add_within(
        &mut self,
        most_bytes: usize,
        cells: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<bool, csv::Error> {
        let row = row(cells)?;
        let fits = self.file.len() + row.len() <= most_bytes;
        if fits {
            self.file.extend(row);
        }
        Ok(fits)
    }

    /// Returns the bytes of the spreadsheet file.
    #[must_use]
    pub fn into_file(self) -> Vec<u8> {
        self.file
    }
}

impl fmt::Debug for Spreadsheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.file.len())
    }
}

fn row(cells: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(cells.into_iter().map(|text| cell(text.as_ref())))?;
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// Returns a cell of this text. A cell that begins like a formula gets an apostrophe, which keeps it a text; a number stays one.
fn cell(text: &str) -> String {
    let shown = printable_lines(text);
    if begins_like_a_formula(text) && !is_number(text) {
        format!("'{shown}")
    } else {
        shown
    }
}

/// Whether the text begins with a sign that is calculated, blanks, quotes and what cannot be seen aside.
fn begins_like_a_formula(text: &str) -> bool {
    let is_passed_over = |character: char| {
        character.is_whitespace() || is_hidden(character) || matches!(character, '\'' | '"' | '’' | '‘' | '＇')
    };
    text.starts_with(['\t', '\r', '\n']) || text.trim_start_matches(is_passed_over).starts_with(FORMULA_SIGNS)
}

/// Digits with a sign and a point at most, or a dash alone, as tables write it for "none".
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text == "-" || digits.starts_with(|first: char| first.is_ascii_digit()) && digits.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cell_that_begins_like_a_formula_is_a_text() {
        for formula in [
            "=1+1",
            " =1+1",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "@SUM(A1)",
            "＝1+1",
            "＋1",
            "－1",
            "＠SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "'=1",
            "\"=1",
            "\u{a0}=1",
            "\u{200b}=1",
            "\u{feff}=1",
            "- Jo",
            "+61 412 345 678",
            "-inf",
            "=",
            "﹣1",
        ] {
            assert!(cell(formula).starts_with('\''), "{formula:?}: {}", cell(formula));
        }
    }

    #[test]
    fn no_formula_of_a_public_report_is_calculated() {
        let reported = include_str!("../../../tests/fixtures/public-reports/23-spreadsheet-formulas.txt");
        assert!(
            reported.lines().all(|formula| cell(formula).starts_with('\'')),
            "{reported}"
        );
    }

    #[test]
    fn names_and_numbers_are_as_they_were() {
        for text in [
            "Zoë",
            "-3",
            "-3.5",
            "12",
            "-",
            "",
            "Jo -- 'Ed'",
            "O'Brien",
            "山田　太郎",
            "a=b",
            "x@acme.com.au",
        ] {
            assert_eq!(cell(text), text);
        }
    }

    #[test]
    fn a_file_opens_in_excel_and_ends_its_lines_as_rfc_4180_says() {
        let mut spreadsheet = Spreadsheet::new(&["person", "value seen"]).expect("written");
        spreadsheet.add(["Zoë", "a \"b\", c\nd"]).expect("written");
        let file = String::from_utf8(spreadsheet.into_file()).expect("UTF-8");
        assert_eq!(file, "\u{feff}person,value seen\r\nZoë,\"a \"\"b\"\", c\nd\"\r\n");
    }

    proptest! {
        #[test]
        fn no_cell_of_any_text_is_a_formula_and_each_is_read_back_alone(text in "[ \t\r\n'\"＝＋－＠=+@\u{a0}\u{200b}-]{0,3}\\PC{0,8}", other in "\\PC{0,8}") {
            let mut spreadsheet = Spreadsheet::new(&["one", "other"]).expect("written");
            spreadsheet.add([&text, &other]).expect("written");
            let file = spreadsheet.into_file();
            let mut rows = csv::Reader::from_reader(file.as_slice());
            let row = rows.records().next().expect("a row").expect("read");
            prop_assert_eq!(row.len(), 2);
            let is_safe = |cell: &str| !cell.starts_with(FORMULA_SIGNS) && !cell.starts_with(['\t', '\r', '\n']);
            prop_assert!(row.iter().all(|cell| is_safe(cell) || is_number(cell)), "{:?}", row);
        }
    }
}
