//! A complete read of EmployeeConnect: all present and former employees of the customer.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::identity::EmployeeId;
use crate::people::employee::Employee;
use crate::people::link::Person;
use crate::vendors::list::{UnusableRecord, WhyUnusable};

/// Every employee of a read that was whole: a record is missing from it by the vendor's own mistake only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roster {
    /// One record per employee, in EmployeeConnect's order.
    pub employees: Vec<Employee>,
    /// The name of every custom field that any record has.
    pub custom_fields: BTreeSet<String>,
    /// Records that cannot be used. The employees whose ids they carry are there all the same.
    pub unusable: Vec<UnusableRecord>,
}

impl Roster {
    /// How many records the read had.
    #[must_use]
    pub fn len(&self) -> usize {
        self.employees.len() + self.unusable.len()
    }

    /// Whether the read had no record at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The employees whose records cannot be used, each once, with the reason.
    #[must_use]
    pub fn unusable_employees(&self) -> BTreeMap<EmployeeId, WhyUnusable> {
        let known = self.unusable.iter();
        known
            .filter_map(|record| Some((record.id.as_ref()?.parse().ok()?, record.why)))
            .collect()
    }

    /// How many records cannot be used and carry no usable employee id: each may belong to any employee.
    #[must_use]
    pub fn without_id(&self) -> usize {
        let is_known = |record: &&UnusableRecord| {
            let id = record.id.as_ref().map(|id| id.parse::<EmployeeId>());
            id.is_some_and(|id| id.is_ok())
        };
        self.unusable.len() - self.unusable.iter().filter(is_known).count()
    }

    /// The linked, active people of these who were not read.
    pub fn absent<'p>(&self, people: &'p [Person]) -> impl Iterator<Item = &'p EmployeeId> + use<'p, '_> {
        let read: HashSet<&EmployeeId> = self.employees.iter().map(Employee::id).collect();
        let unusable = self.unusable_employees();
        let is_read = move |id: &EmployeeId| read.contains(id) || unusable.contains_key(id);
        let absent = people
            .iter()
            .filter(move |person| person.active && !is_read(&person.employee_id));
        absent.map(|person| &person.employee_id)
    }
}

impl From<Vec<Employee>> for Roster {
    /// The roster of these people, each with the custom fields that were kept of them.
    fn from(employees: Vec<Employee>) -> Self {
        let custom = employees.iter().flat_map(|employee| employee.fields().all_custom());
        Self {
            custom_fields: custom.map(|(name, _)| name.to_owned()).collect(),
            employees,
            unusable: Vec::new(),
        }
    }
}
