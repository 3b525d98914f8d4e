//! Lists come in pages of 25; no parameter changes that.

use serde::Serialize;

/// Records on a page.
pub(crate) const MAX_PER_PAGE: usize = 25;

/// One page of a list.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "these are the contract's names")]
pub(crate) struct Page<T> {
    total_records: usize,
    max_per_page: usize,
    current_page: usize,
    total_pages: usize,
    records: Vec<T>,
}

impl<T> Page<T> {
    /// The page of `records` with this number, counted from 1; past the end it is empty.
    pub(crate) fn of(records: Vec<T>, number: usize) -> Self {
        let total_records = records.len();
        let skipped = (number - 1).saturating_mul(MAX_PER_PAGE);
        Self {
            total_records,
            max_per_page: MAX_PER_PAGE,
            current_page: number,
            total_pages: total_records.div_ceil(MAX_PER_PAGE),
            records: records.into_iter().skip(skipped).take(MAX_PER_PAGE).collect(),
        }
    }
}
