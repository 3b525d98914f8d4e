//! One change of an employee's record that is needed for another verdict, and its wording.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::people::fields_seen::FieldSeen;

/// One thing that would have to be different. Personal data; `Debug` withholds it.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "needed")]
pub enum Needed {
    /// Another `status`.
    Status {
        /// The status that was seen.
        seen: Option<String>,
        /// The values that would do.
        one_of: Vec<String>,
    },
    /// A later `terminationDate`.
    LaterLastDay {
        /// The date that was seen.
        seen: Option<String>,
        /// It would have to be this day or a later one.
        not_before: Date,
    },
    /// No `terminationDate`.
    NoLastDay {
        /// The date that was seen.
        seen: Option<String>,
    },
    /// An earlier `startDate`; or nothing but time.
    EarlierStart {
        /// The date that was seen.
        seen: Option<String>,
        /// It would have to be this day or an earlier one.
        not_after: Date,
        /// As it is, they have an account from this day on.
        account_from: Option<Date>,
    },
    /// A `startDate` after the last day, which then belongs to a past employment.
    LaterStart {
        /// The date that was seen.
        seen: Option<String>,
        /// It would have to be this day or a later one.
        not_before: Date,
    },
    /// A date that is one.
    ValidDate {
        /// The record's field.
        field: &'static str,
        /// The present value.
        seen: Option<String>,
    },
    /// A clause of the filter that holds, or does not.
    Clause {
        /// In its own words.
        source: String,
        /// Whether it would have to hold.
        holds: bool,
        /// The clause, and the truth that it needs.
        phrase: String,
        /// The fields that it reads, with their present values.
        fields: Vec<FieldSeen>,
    },
    /// A usable value of the user name or a field that no account is without.
    Value {
        /// `user_name`, or the portal's field.
        field: String,
        /// The expression.
        source: String,
        /// The fields that it reads, with their present values.
        fields: Vec<FieldSeen>,
    },
    /// A rule that does not fail on this record.
    Rule {
        /// The target of the rule: `user_name`, or the portal's field.
        field: String,
        /// The expression.
        source: String,
        /// Why it fails.
        failure: String,
        /// The fields that it reads, with their present values.
        fields: Vec<FieldSeen>,
    },
    /// A user name that is not protected.
    NotProtected,
}

impl Needed {
    /// The record's field that decides about work, where it is one of those.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::LaterLastDay { .. } | Self::NoLastDay { .. } => "terminationDate",
            Self::EarlierStart { .. } | Self::LaterStart { .. } => "startDate",
            Self::ValidDate { field, .. } => field,
            Self::Clause { .. } | Self::Value { .. } | Self::Rule { .. } | Self::NotProtected => "",
        }
    }

    /// Returns what decides, and the value that it needs: a field of the record, or an expression.
    #[must_use]
    pub fn phrase(&self) -> String {
        match self {
            Self::Status { one_of, .. } => format!("status: {}", one_of.join(" or ")),
            Self::LaterLastDay { not_before, .. } => format!("terminationDate: {not_before} or later"),
            Self::NoLastDay { .. } => "terminationDate: empty".to_owned(),
            Self::EarlierStart { not_after, .. } => format!("startDate: {not_after} or earlier"),
            Self::LaterStart { not_before, .. } => {
                format!("startDate: {not_before} or later (the last day then belongs to a past employment)")
            }
            Self::ValidDate { field, .. } => format!("{field}: a date, or empty"),
            Self::Clause { phrase, .. } => phrase.clone(),
            Self::Value { field, source, .. } => format!("{source}: a usable {}", called(field)),
            Self::Rule { field, source, .. } => format!("{source}: no failure (the rule of {})", called(field)),
            Self::NotProtected => "protect: without this user name".to_owned(),
        }
    }

    /// Returns the present values in its place; a field without a value is empty.
    #[must_use]
    pub fn seen(&self) -> Vec<(String, Option<String>)> {
        match self {
            Self::Status { seen, .. }
            | Self::LaterLastDay { seen, .. }
            | Self::NoLastDay { seen }
            | Self::EarlierStart { seen, .. }
            | Self::LaterStart { seen, .. }
            | Self::ValidDate { seen, .. } => vec![(format!("employee.{}", self.field()), seen.clone())],
            Self::Clause { fields, .. } | Self::Value { fields, .. } | Self::Rule { fields, .. } => {
                fields.iter().map(|field| (field.field.clone(), field.text())).collect()
            }
            Self::NotProtected => Vec::new(),
        }
    }
}

fn called(field: &str) -> &str {
    match field {
        "user_name" => "user name",
        field => field,
    }
}

impl fmt::Debug for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = match self {
            Self::Clause { source, .. } | Self::Value { source, .. } | Self::Rule { source, .. } => source,
            Self::NotProtected => "protected",
            other => other.field(),
        };
        f.debug_tuple("Needed").field(&named).finish()
    }
}
