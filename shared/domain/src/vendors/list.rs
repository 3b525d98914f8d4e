//! A whole list of a vendor, read record by record: those that can be used, and those that cannot, named and counted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::TopicId;
use crate::text::excerpt::clip;

/// The longest id that is kept of a record that cannot be used, in bytes.
const LONGEST_ID: usize = 100;

/// Every record of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorList<T> {
    /// The records that can be used, in the list's order.
    pub records: Vec<T>,
    /// The records that cannot.
    pub unusable: Vec<UnusableRecord>,
}

/// A record that cannot be used.
#[derive(Clone, PartialEq, Eq)]
pub struct UnusableRecord {
    /// The id that it carries, where it carries one.
    pub id: Option<String>,
    /// Why it cannot be used.
    pub why: WhyUnusable,
}

/// Why a record cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyUnusable {
    /// It is no JSON object, or has a text or a number that cannot be read.
    NotARecord,
    /// It carries no usable id.
    NoId,
    /// Another record carries the same id, and other values.
    Contradicted,
    /// A value that decides about the record is missing or unreadable.
    LacksAValue,
}

impl<T> VendorList<T> {
    /// The list, of which each record was read for itself.
    pub fn from_records(records: impl IntoIterator<Item = Result<T, UnusableRecord>>) -> Self {
        let mut listed = Self::from(Vec::new());
        for record in records {
            match record {
                Ok(record) => listed.records.push(record),
                Err(unusable) => listed.unusable.push(unusable),
            }
        }
        listed
    }

    /// The same list, each usable record as `convert` makes it.
    #[must_use]
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> VendorList<U> {
        VendorList {
            records: self.records.into_iter().map(convert).collect(),
            unusable: self.unusable,
        }
    }

    /// How many records the list has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len() + self.unusable.len()
    }

    /// Whether the list has no record at all, not even one that cannot be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> From<Vec<T>> for VendorList<T> {
    fn from(records: Vec<T>) -> Self {
        Self {
            records,
            unusable: Vec::new(),
        }
    }
}

impl UnusableRecord {
    /// A record with this id, cut to a length that can be shown.
    #[must_use]
    pub fn new(id: Option<&str>, why: WhyUnusable) -> Self {
        Self {
            id: id.map(|id| clip(id, LONGEST_ID)),
            why,
        }
    }
}

impl UnusableRecord {
    /// The topic that the record is about, where it is one.
    #[must_use]
    pub fn topic(&self) -> Option<TopicId> {
        self.id.as_ref()?.parse().ok().map(TopicId)
    }
}

/// An account's id may be an address.
impl fmt::Debug for UnusableRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnusableRecord")
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for WhyUnusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotARecord => "the record cannot be read",
            Self::NoId => "the record has no usable id",
            Self::Contradicted => "several records have this id and different values",
            Self::LacksAValue => "a value that is needed is missing or cannot be read",
        })
    }
}
