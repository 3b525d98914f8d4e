//! The reporting lines: managers by position in the roster, with all loops found once.

use std::collections::HashMap;

use super::field_notice::ReferenceForm;
use crate::identity::EmployeeId;
use crate::people::employee::Employee;

/// The employees of a roster, and the manager of each.
pub(crate) struct Organisation<'a> {
    employees: &'a [Employee],
    positions: HashMap<&'a str, usize>,
    managers: Vec<Named>,
    looping: Vec<bool>,
}

/// The manager that a record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// No manager.
    Nobody,
    /// A number that is not in the roster.
    Unknown,
    /// The employee of the record.
    Oneself,
    /// An employee, by position in the roster.
    At(usize),
}

impl<'a> Organisation<'a> {
    pub(crate) fn new(employees: &'a [Employee]) -> Self {
        let positions: HashMap<_, _> = (0..)
            .zip(employees)
            .map(|(position, employee)| (employee.id().as_str(), position))
            .collect();
        let managers: Vec<_> = (0..)
            .zip(employees)
            .map(
                |(position, employee)| match employee.manager_id().map(|id| positions.get(id.as_ref())) {
                    None => Named::Nobody,
                    Some(None) => Named::Unknown,
                    Some(Some(manager)) if *manager == position => Named::Oneself,
                    Some(Some(manager)) => Named::At(*manager),
                },
            )
            .collect();
        Self {
            looping: looping(&managers),
            employees,
            positions,
            managers,
        }
    }

    /// Returns the employee's position in the roster; none where the roster lacks the employee.
    pub(crate) fn position(&self, id: &EmployeeId) -> Option<usize> {
        self.positions.get(id.as_str()).copied()
    }

    pub(crate) fn employee(&self, position: usize) -> Option<&'a Employee> {
        self.employees.get(position)
    }

    /// Returns the manager that the record at this position names.
    pub(crate) fn manager(&self, position: usize) -> Named {
        self.managers.get(position).copied().unwrap_or(Named::Nobody)
    }

    /// Returns the form of a manager reference that names no employee.
    pub(crate) fn form_of(&self, reference: &str) -> ReferenceForm {
        let is_like = |same: fn(&str, &str) -> bool| self.positions.keys().any(|id| same(id, reference));
        let without_zeros = |one: &str, other: &str| one.trim_start_matches('0') == other.trim_start_matches('0');
        if reference.starts_with(['[', '{']) || ["true", "false"].contains(&reference) {
            ReferenceForm::NotText
        } else if reference.contains('@') {
            ReferenceForm::EmailAddress
        } else if is_like(|one, other| one.to_lowercase() == other.to_lowercase()) {
            ReferenceForm::OtherLetterCase
        } else if is_like(without_zeros) {
            ReferenceForm::LeadingZeros
        } else if reference.contains(char::is_whitespace) {
            ReferenceForm::Words
        } else {
            ReferenceForm::Other
        }
    }

    /// Returns the record of the manager of the employee at this position.
    pub(crate) fn record_of_manager(&self, position: usize) -> Option<&'a Employee> {
        match self.manager(position) {
            Named::At(manager) => self.employee(manager),
            Named::Nobody | Named::Unknown | Named::Oneself => None,
        }
    }

    /// Every loop of managers, once and in order: each member's manager follows, the last one's is the first.
    pub(crate) fn loops(&self) -> Vec<Vec<usize>> {
        let mut told = vec![false; self.managers.len()];
        let mut loops = Vec::new();
        for start in 0..self.managers.len() {
            let mut members = Vec::new();
            let mut at = start;
            while self.is_in_loop(at) && !told[at] {
                told[at] = true;
                members.push(at);
                if let Named::At(manager) = self.manager(at) {
                    at = manager;
                }
            }
            if !members.is_empty() {
                loops.push(members);
            }
        }
        loops
    }

    /// Whether the employee at this position is, directly or by way of others, their own manager's manager.
    pub(crate) fn is_in_loop(&self, position: usize) -> bool {
        self.looping.get(position).copied().unwrap_or(false)
    }
}

/// Returns who is in a loop of managers. The search visits each employee once: a walk ends at an employee of an earlier
/// walk, and a loop begins where it reaches itself.
fn looping(managers: &[Named]) -> Vec<bool> {
    let mut looping = vec![false; managers.len()];
    let mut walked_by = vec![usize::MAX; managers.len()];
    let next = |position: usize| match managers.get(position) {
        Some(Named::At(manager)) => Some(*manager),
        _ => None,
    };
    for start in 0..managers.len() {
        let mut at = Some(start);
        while let Some(position) = at.filter(|position| walked_by[*position] == usize::MAX) {
            walked_by[position] = start;
            at = next(position);
        }
        let Some(met) = at.filter(|position| walked_by[*position] == start) else {
            continue;
        };
        let mut position = met;
        while !looping[position] {
            looping[position] = true;
            position = next(position).unwrap_or(met);
        }
    }
    looping
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_in_a_loop_are_found_and_those_below_it_are_not() {
        let managers = [
            Named::At(1),
            Named::At(2),
            Named::At(1),
            Named::At(0),
            Named::Nobody,
            Named::At(4),
            Named::Oneself,
        ];
        assert_eq!(looping(&managers), [false, true, true, false, false, false, false]);
    }

    #[test]
    fn each_loop_is_told_once_and_in_order() {
        let record = |(id, manager): (&str, &str)| {
            let record = serde_json::json!({"employeeId": id, "managerEmployeeId": manager});
            Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id")
        };
        let managers = [
            ("A", "B"),
            ("B", "C"),
            ("C", "B"),
            ("D", "D"),
            ("E", "F"),
            ("F", "G"),
            ("G", "E"),
        ];
        let employees = managers.map(record);
        assert_eq!(Organisation::new(&employees).loops(), [vec![1, 2], vec![4, 5, 6]]);
    }

    #[test]
    fn a_chain_of_any_length_is_no_loop() {
        let managers: Vec<_> = (0..100_000)
            .map(|position| {
                if position == 0 {
                    Named::Nobody
                } else {
                    Named::At(position - 1)
                }
            })
            .collect();
        assert!(!looping(&managers).contains(&true));
    }
}
