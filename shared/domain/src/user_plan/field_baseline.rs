//! How many employees have a value, and of which kind, in each field that decides who has an account: the measure of later reads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::configuration::UsersConfiguration;
use crate::people::contract::CUSTOM_FIELDS;
use crate::people::employee::Employee;
use crate::people::fields::FieldValue;

/// Fewer values become the measure once the larger number is this old: a gradual loss over a day is measured against
/// its beginning.
const STANDS_FOR: SignedDuration = SignedDuration::from_hours(24);

/// How many employees had a value in each field that the filter and the user name read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldBaseline(BTreeMap<String, FieldCounts>);

/// The values of one field, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FieldCounts {
    /// When they were counted.
    at: Timestamp,
    /// Employees who worked there.
    employees: u64,
    /// The number of them with a text.
    #[serde(default)]
    texts: u64,
    /// The number of them with a number.
    #[serde(default)]
    numbers: u64,
    /// With true or false.
    #[serde(default)]
    truths: u64,
    /// The number of them with a list.
    #[serde(default)]
    lists: u64,
    /// The number of them with an object.
    #[serde(default)]
    objects: u64,
}

/// A field of the employee record, as rules name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SourceField {
    Record(String),
    Custom(String),
}

/// The fields that the filter reads, and those of the user name.
pub(super) struct Sources {
    pub(super) filter: BTreeSet<SourceField>,
    pub(super) user_name: BTreeSet<SourceField>,
}

impl Sources {
    pub(super) fn of(users: &UsersConfiguration) -> Self {
        let named = |expression: &crate::expressions::expression::Expression| {
            let named = expression.named_fields();
            let record = named.record.into_iter().filter(|field| field != CUSTOM_FIELDS);
            let record = record.map(SourceField::Record);
            record
                .chain(named.custom.into_iter().map(SourceField::Custom))
                .collect()
        };
        Self {
            filter: users.filter.as_ref().map(named).unwrap_or_default(),
            user_name: named(&users.user_name),
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &SourceField> {
        self.filter.union(&self.user_name)
    }
}

impl SourceField {
    /// As an administrator of EmployeeConnect calls it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Record(field) | Self::Custom(field) => field,
        }
    }

    /// Unique among fields of the record and custom ones.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Record(field) => field.clone(),
            Self::Custom(field) => format!("{CUSTOM_FIELDS}.{field}"),
        }
    }

    fn of<'e>(&self, employee: &'e Employee) -> Option<&'e FieldValue> {
        match self {
            Self::Record(field) => employee.fields().field(field),
            Self::Custom(field) => employee.fields().custom_field(field),
        }
    }
}

impl FieldBaseline {
    pub(super) fn get(&self, field: &SourceField) -> Option<&FieldCounts> {
        self.0.get(&field.key())
    }

    pub(super) fn set(&mut self, field: &SourceField, counts: FieldCounts) {
        self.0.insert(field.key(), counts);
    }

    /// How many employees were in scope under this version of the configuration.
    pub(super) fn scope(&self, version: u64) -> Option<&FieldCounts> {
        self.0.get(&scope_key(version))
    }

    pub(super) fn set_scope(&mut self, version: u64, counts: FieldCounts) {
        self.0.insert(scope_key(version), counts);
    }
}

/// No field has such a name: another version of the configuration has another scope.
fn scope_key(version: u64) -> String {
    format!("in scope under version {version}")
}

impl FieldCounts {
    /// Counts employees in scope as those with a value.
    pub(super) fn of_scope(admitted: usize, working: usize, at: Timestamp) -> Self {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            truths: number(admitted),
            ..Self::none(number(working), at)
        }
    }

    const fn none(employees: u64, at: Timestamp) -> Self {
        Self {
            at,
            employees,
            texts: 0,
            numbers: 0,
            truths: 0,
            lists: 0,
            objects: 0,
        }
    }

    /// Counts the values of a field.
    pub(super) fn of<'e>(field: &SourceField, employees: impl Iterator<Item = &'e Employee>, at: Timestamp) -> Self {
        let mut counts = Self::none(0, at);
        for employee in employees {
            counts.employees += 1;
            match field.of(employee) {
                None | Some(FieldValue::Null) => {}
                Some(FieldValue::Text(_)) => counts.texts += 1,
                Some(FieldValue::Whole(_) | FieldValue::Number(_)) => counts.numbers += 1,
                Some(FieldValue::Truth(_)) => counts.truths += 1,
                Some(FieldValue::Other(value)) if value.is_array() => counts.lists += 1,
                Some(FieldValue::Other(_)) => counts.objects += 1,
            }
        }
        counts
    }

    /// How many employees had a value, and how many of them have none of its kind now; the departure of employees is no loss.
    pub(super) fn lost_by(&self, now: &Self) -> (u64, u64) {
        let stayed = now.employees.min(self.employees);
        let expected = |had: u64| had.saturating_mul(stayed) / self.employees.max(1);
        let kinds = self.kinds().into_iter().zip(now.kinds());
        kinds.fold((0, 0), |(had, lost), (before, now)| {
            let before = expected(before);
            (had + before, lost + before.saturating_sub(now))
        })
    }

    /// How many values are of another kind than nearly all, and how many there are; none where all are of one kind, or no kind is
    /// the usual one.
    pub(super) fn of_other_kinds(&self) -> Option<(u64, u64)> {
        let values = self.values();
        let usual = self.kinds().into_iter().max().unwrap_or_default();
        let others = values - usual;
        (others > 0 && others.saturating_mul(10) <= values).then_some((others, values))
    }

    /// The measure of the reads to come.
    pub(super) fn after(before: Option<&Self>, now: Self) -> Self {
        let stands = |before: &&Self| now.values() < before.values() && now.at.duration_since(before.at) < STANDS_FOR;
        before.filter(stands).copied().unwrap_or(now)
    }

    fn values(&self) -> u64 {
        self.kinds().iter().sum()
    }

    const fn kinds(&self) -> [u64; 5] {
        [self.texts, self.numbers, self.truths, self.lists, self.objects]
    }
}
