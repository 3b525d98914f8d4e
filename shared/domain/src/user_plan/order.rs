//! The order of writes: removals free names and e-mails first, then managers precede their reports.

use std::collections::HashMap;

use super::{Action, Step};
use crate::employee::Employee;
use crate::identity::EmployeeId;

/// Deeper than any organisation; a loop of managers ends here.
const DEEPEST: usize = 64;

/// Sorts the actions, keeping the given order among equals.
pub(super) fn order(actions: &mut [Action], employees: &HashMap<&EmployeeId, &Employee>) {
    actions.sort_by_cached_key(|action| match action.step {
        Step::Deactivate(_) => (0, 0),
        Step::Remember(_) => (1, 0),
        Step::Change { .. } | Step::Create(_) => (2, depth(&action.employee_id, employees)),
    });
}

/// How many managers are above somebody.
fn depth(id: &EmployeeId, employees: &HashMap<&EmployeeId, &Employee>) -> usize {
    let manager = |id: &EmployeeId| employees.get(id).and_then(|employee| employee.manager_id());
    std::iter::successors(manager(id), manager).take(DEEPEST).count()
}
