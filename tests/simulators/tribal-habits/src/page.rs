//! Lists come in pages of 25 as a rule; no parameter changes that.

use serde::Serialize;

/// Records on a page, as a rule.
pub(crate) const MAX_PER_PAGE: usize = 25;

/// One page of a list.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the contract's names")]
pub(crate) struct Page<'a, T> {
    total_records: usize,
    max_per_page: usize,
    current_page: usize,
    total_pages: usize,
    records: &'a [T],
}

impl<'a, T> Page<'a, T> {
    /// The page of `records` with this number, counted from 1, of so many records each; past the end it is empty.
    pub(crate) fn of(records: &'a [T], number: usize, size: usize) -> Self {
        Self {
            total_records: records.len(),
            max_per_page: size,
            current_page: number,
            total_pages: records.len().div_ceil(size),
            records: records.chunks(size).nth(number - 1).unwrap_or_default(),
        }
    }
}
