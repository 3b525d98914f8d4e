//! How many employees have a value, and of which kind, in each field that decides who has an account: the measure of later reads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FieldCounts {
    /// When they were counted.
    at: Timestamp,
    /// Employees who worked there.
    employees: u64,
    /// The number of them with a value of each kind.
    #[serde(flatten)]
    values: BTreeMap<Kind, u64>,
}

/// What sort of JSON value a field holds; an empty list is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Texts,
    Numbers,
    Truths,
    Objects,
    /// Lists as version 0.1 counted them, of anything.
    Lists,
    ListsOfTexts,
    ListsOfNumbers,
    ListsOfTruths,
    ListsOfObjects,
    ListsOfSeveralKinds,
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
            at,
            employees: number(working),
            values: BTreeMap::from([(Kind::Truths, number(admitted))]),
        }
    }

    /// Counts the values of a field.
    pub(super) fn of<'e>(field: &SourceField, employees: impl Iterator<Item = &'e Employee>, at: Timestamp) -> Self {
        let mut counts = Self {
            at,
            employees: 0,
            values: BTreeMap::new(),
        };
        for employee in employees {
            counts.employees += 1;
            if let Some(kind) = field.of(employee).and_then(Kind::of_field) {
                *counts.values.entry(kind).or_default() += 1;
            }
        }
        counts
    }

    /// Returns how many employees had a value, and how many of them have none of its kind now; the departure of employees is no
    /// loss.
    pub(super) fn lost_by(&self, now: &Self) -> (u64, u64) {
        let stayed = now.employees.min(self.employees);
        let expected = |had: u64| had.saturating_mul(stayed) / self.employees.max(1);
        let now = now.counted_like(self);
        self.values.iter().fold((0, 0), |(had, lost), (kind, before)| {
            let before = expected(*before);
            let now = now.get(kind).copied().unwrap_or_default();
            (had + before, lost + before.saturating_sub(now))
        })
    }

    /// Returns how many values are of another kind than most of the measure's were, and how many values there are; none where
    /// all are of that kind, or where the measure has no kind for more than half of its values.
    pub(super) fn of_other_kinds(&self, measure: Option<&Self>) -> Option<(u64, u64)> {
        let measure = measure.filter(|measure| measure.total() > 0).unwrap_or(self);
        let (usual, _) = measure.values.iter().find(|(_, count)| **count * 2 > measure.total())?;
        let of_usual_kind = self.counted_like(measure).get(usual).copied().unwrap_or_default();
        let others = self.total() - of_usual_kind;
        (others > 0).then_some((others, self.total()))
    }

    /// Returns the measure of the reads to come.
    pub(super) fn after(before: Option<&Self>, now: Self) -> Self {
        let is_worse = |before: &Self| now.total() < before.total() || now.of_other_kinds(Some(before)).is_some();
        let stands = |before: &&Self| is_worse(before) && now.at.duration_since(before.at) < STANDS_FOR;
        before.filter(stands).cloned().unwrap_or(now)
    }

    fn total(&self) -> u64 {
        self.values.values().sum()
    }

    /// Counts every list as one kind where the measure does.
    fn counted_like(&self, measure: &Self) -> BTreeMap<Kind, u64> {
        let is_of_version_0_1 = measure.values.contains_key(&Kind::Lists);
        let mut values = BTreeMap::new();
        for (kind, count) in &self.values {
            let kind = if is_of_version_0_1 && kind.is_list() {
                Kind::Lists
            } else {
                *kind
            };
            *values.entry(kind).or_default() += count;
        }
        values
    }
}

impl Kind {
    fn of_field(value: &FieldValue) -> Option<Self> {
        match value {
            FieldValue::Null => None,
            FieldValue::Text(_) => Some(Self::Texts),
            FieldValue::Whole(_) | FieldValue::Number(_) => Some(Self::Numbers),
            FieldValue::Truth(_) => Some(Self::Truths),
            FieldValue::Other(value) => value
                .as_array()
                .map_or(Some(Self::Objects), |items| Self::of_list(items)),
        }
    }

    fn of_list(items: &[Value]) -> Option<Self> {
        let kind = |item: &Value| match item {
            Value::String(_) => Self::ListsOfTexts,
            Value::Number(_) => Self::ListsOfNumbers,
            Value::Bool(_) => Self::ListsOfTruths,
            Value::Object(_) => Self::ListsOfObjects,
            Value::Null | Value::Array(_) => Self::ListsOfSeveralKinds,
        };
        let first = kind(items.first()?);
        let are_alike = items.iter().all(|item| kind(item) == first);
        Some(if are_alike { first } else { Self::ListsOfSeveralKinds })
    }

    const fn is_list(self) -> bool {
        !matches!(self, Self::Texts | Self::Numbers | Self::Truths | Self::Objects)
    }
}
