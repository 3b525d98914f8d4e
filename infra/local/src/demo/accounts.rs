//! Compares the whole portal with the whole HR system.

use std::collections::BTreeMap;

use habitsync_local::ExampleCustomer;
use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_tribal_habits::User;

use super::expected::{Place, differences, place};

/// Both systems at one moment.
pub(super) struct Accounts {
    pub(super) employees: BTreeMap<String, Employee>,
    users: BTreeMap<String, User>,
}

impl Accounts {
    /// Both systems as they are now.
    pub(super) fn now(customer: &ExampleCustomer) -> Self {
        let employees = customer.employee_connect.employees().into_iter();
        let users = customer.tribal_habits.users().into_iter();
        Self {
            employees: employees
                .map(|employee| (employee.employee_id.clone(), employee))
                .collect(),
            users: users.map(|user| (user.user_name.to_lowercase(), user)).collect(),
        }
    }

    /// The account under an employee's work e-mail.
    pub(super) fn of(&self, employee: &Employee) -> Option<&User> {
        self.users.get(&employee.work_email.as_ref()?.to_lowercase())
    }

    /// The employees who belong in a place today.
    pub(super) fn in_place(&self, wanted: Place) -> Vec<&Employee> {
        self.employees
            .values()
            .filter(|employee| place(employee, today()) == wanted)
            .collect()
    }

    /// The employees who should have an account and have none that is in use.
    pub(super) fn missing(&self) -> Vec<&Employee> {
        let has_account = |employee: &Employee| self.of(employee).is_some_and(|user| user.active);
        self.in_place(Place::Account)
            .into_iter()
            .filter(|employee| !has_account(employee))
            .collect()
    }

    /// Every field of every account in use that is not what the employee's record says, as sentences. Where a manager
    /// has no account, the user's manager must be empty.
    pub(super) fn differences(&self) -> Vec<String> {
        let mut found = Vec::new();
        for employee in self.in_place(Place::Account) {
            let manager = employee
                .manager_employee_id
                .as_ref()
                .and_then(|id| self.employees.get(id))
                .filter(|manager| place(manager, today()) == Place::Account);
            let wrong = self
                .of(employee)
                .into_iter()
                .flat_map(|account| differences(employee, manager, account));
            found.extend(wrong.map(|what| format!("{}: {what}", employee.employee_id)));
        }
        found
    }

    /// Active employees with an account and no last day in sight: first those who manage employees, then those who
    /// manage none.
    pub(super) fn settled(&self) -> (Vec<&Employee>, Vec<&Employee>) {
        let is_settled = |employee: &&Employee| employee.status == "Active" && employee.termination_date.is_none();
        let leads = |employee: &&Employee| {
            self.employees
                .values()
                .any(|other| other.manager_employee_id.as_ref() == Some(&employee.employee_id))
        };
        self.in_place(Place::Account)
            .into_iter()
            .filter(is_settled)
            .partition(leads)
    }

    /// How many accounts there are.
    pub(super) fn count(&self) -> usize {
        self.users.len()
    }
}
