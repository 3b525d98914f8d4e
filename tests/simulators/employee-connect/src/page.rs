//! Paging by offset: page and page size, with the total.

use habitsync_simulator_harness::Call;
use serde::Serialize;
use serde_json::{Value, json};

use crate::refusal::{Complaints, Refusal, request_id};

/// Records on a page, unless asked otherwise, and at most.
const DEFAULT_SIZE: usize = 100;
const LARGEST_SIZE: usize = 200;

/// The page asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    page: usize,
    size: usize,
}

impl Asked {
    /// Reads `page` and `pageSize`.
    pub(crate) fn by(call: &Call) -> Result<Self, Refusal> {
        let mut complaints = Complaints::new();
        let mut read = |name: &'static str, default: usize, largest: usize| {
            let number = call.number(name).ok().map(|number| number.unwrap_or(default));
            number.filter(|number| *number <= largest).unwrap_or_else(|| {
                complaints.insert(name, "out of range");
                default
            })
        };
        let asked = Self {
            page: read("page", 1, usize::MAX),
            size: read("pageSize", DEFAULT_SIZE, LARGEST_SIZE),
        };
        if complaints.is_empty() {
            Ok(asked)
        } else {
            Err(Refusal::Invalid(complaints))
        }
    }

    /// The answer that brings this page of `records`; past the end it is empty.
    pub(crate) fn of<T: Serialize>(self, records: &[T]) -> Value {
        let skipped = (self.page - 1).saturating_mul(self.size);
        let data: Vec<&T> = records.iter().skip(skipped).take(self.size).collect();
        json!({
            "data": data,
            "meta": {
                "page": self.page,
                "pageSize": self.size,
                "total": records.len(),
                "totalPages": records.len().div_ceil(self.size),
                "requestId": request_id(),
            },
        })
    }
}
