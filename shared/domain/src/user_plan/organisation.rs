//! Who reports to whom: managers by position in the roster, loops found once for everybody.

use std::collections::HashMap;

use crate::employee::Employee;
use crate::identity::EmployeeId;

/// The people of a roster, and the manager of each.
pub(super) struct Organisation<'a> {
    employees: &'a [Employee],
    positions: HashMap<&'a str, usize>,
    managers: Vec<Named>,
    looping: Vec<bool>,
}

/// Whom a record names as manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// Nobody.
    Nobody,
    /// Somebody who is not in the roster.
    Unknown,
    /// The person themself.
    Oneself,
    /// Somebody, by position in the roster.
    At(usize),
}

impl<'a> Organisation<'a> {
    pub(super) fn of(employees: &'a [Employee]) -> Self {
        let positions: HashMap<_, _> = (0..)
            .zip(employees)
            .map(|(position, employee)| (employee.id().as_str(), position))
            .collect();
        let managers: Vec<_> = (0..)
            .zip(employees)
            .map(
                |(position, employee)| match employee.manager_id().map(|id| positions.get(id)) {
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

    /// Where somebody is in the roster; none where they are not in it.
    pub(super) fn position(&self, id: &EmployeeId) -> Option<usize> {
        self.positions.get(id.as_str()).copied()
    }

    pub(super) fn employee(&self, position: usize) -> Option<&'a Employee> {
        self.employees.get(position)
    }

    /// Whom the record of the person at this position names.
    pub(super) fn manager(&self, position: usize) -> Named {
        self.managers.get(position).copied().unwrap_or(Named::Nobody)
    }

    /// Whether the person at this position is, by way of managers, their own manager's manager.
    pub(super) fn is_in_loop(&self, position: usize) -> bool {
        self.looping.get(position).copied().unwrap_or(false)
    }
}

/// Who is in a loop of managers. Everybody is walked past once: a walk ends where an earlier one was, and where it meets
/// itself the loop begins.
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
