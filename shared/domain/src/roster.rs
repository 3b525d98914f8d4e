//! A complete read of EmployeeConnect: everybody the customer employs or employed.

use std::collections::{BTreeSet, HashSet};

use crate::employee::Employee;
use crate::identity::EmployeeId;
use crate::person::Person;

/// Everybody who was read. The read was whole: nobody is missing from it but by the vendor's own mistake.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roster {
    /// One record per person, as EmployeeConnect orders them.
    pub employees: Vec<Employee>,
    /// The name of every custom field that any record has.
    pub custom_fields: BTreeSet<String>,
    /// Records that carry no usable employee id: nobody can tell whose they are.
    pub without_id: usize,
}

impl Roster {
    /// The linked, active people of these who were not read.
    pub fn absent<'p>(&self, people: &'p [Person]) -> impl Iterator<Item = &'p EmployeeId> + use<'p, '_> {
        let read: HashSet<&EmployeeId> = self.employees.iter().map(Employee::id).collect();
        let absent = people
            .iter()
            .filter(move |person| person.active && !read.contains(&person.employee_id));
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
            without_id: 0,
        }
    }
}
