//! Changes that HR makes to employees in a day of the demo.

use habitsync_local::ExampleCustomer;
use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::{Employee, TenantHandle};
use jiff::ToSpan as _;

use super::DemoError;
use super::accounts::Accounts;

/// What the promoted one becomes.
pub(super) const NEW_TITLE: &str = "Head of Special Projects";

/// The people, as they were before.
pub(super) struct Day {
    pub(super) starter: Employee,
    pub(super) promoted: Employee,
    pub(super) moved: Employee,
    pub(super) new_manager: Employee,
    /// Leaves, and will come back.
    pub(super) leaver: Employee,
    /// A starter without a work e-mail.
    pub(super) without_email: Employee,
    /// A starter whose work e-mail is `twin`'s.
    pub(super) double: Employee,
    /// Whose e-mail the other starter was given.
    pub(super) twin: Employee,
}

impl Day {
    /// Chooses employees who have an account, do not leave, and manage no one, so that a change concerns them alone.
    pub(super) fn choose(customer: &ExampleCustomer) -> Result<Self, DemoError> {
        let accounts = Accounts::now(customer);
        let (leaders, staff) = accounts.settled();
        let [promoted, moved, leaver, twin, ..] = staff[..] else {
            return Err(too_small());
        };
        let is_new = |leader: &&&Employee| Some(&leader.employee_id) != moved.manager_employee_id.as_ref();
        let new_manager = *leaders.iter().rfind(is_new).ok_or_else(too_small)?;
        let address = |local: &str| format!("{local}@{}", customer.company.email_domain);
        let starter = |employee| starter(employee, new_manager);
        let without_email = Employee {
            work_email: None,
            ..Employee::new("E9002", "Tomasz", "Brennan", "")
        };
        let shared = twin.work_email.as_deref().unwrap_or_default();
        Ok(Self {
            starter: starter(Employee::new("E9001", "Anjali", "O'Rourke", &address("anjali.orourke"))),
            without_email: starter(without_email),
            double: starter(Employee::new("E9003", "Sione", "Wakefield", shared)),
            promoted: promoted.clone(),
            moved: moved.clone(),
            new_manager: new_manager.clone(),
            leaver: leaver.clone(),
            twin: twin.clone(),
        })
    }

    /// Makes all of it happen in the HR system.
    pub(super) fn enact(&self, hr: &TenantHandle) {
        for starter in [&self.starter, &self.without_email, &self.double] {
            hr.hire(starter.clone(), today(), today());
        }
        hr.change(&self.promoted.employee_id, |employee| {
            employee.job_title = Some(NEW_TITLE.to_owned());
        });
        hr.change(&self.moved.employee_id, |employee| {
            report_to(employee, &self.new_manager);
        });
        hr.terminate(&self.leaver.employee_id, today().saturating_sub(1.day()));
    }
}

fn too_small() -> DemoError {
    DemoError::Wrong("the company is too small for this story".to_owned())
}

/// A new record, with what it has besides a name.
fn starter(employee: Employee, manager: &Employee) -> Employee {
    let mut employee = Employee {
        job_title: Some("Coordinator".to_owned()),
        location: manager.location.clone(),
        custom_fields: manager.custom_fields.clone(),
        ..employee
    };
    report_to(&mut employee, manager);
    employee
}

fn report_to(employee: &mut Employee, manager: &Employee) {
    employee.manager_employee_id = Some(manager.employee_id.clone());
    employee.manager_name = Some(called(manager));
    employee.manager_email.clone_from(&manager.work_email);
}

/// Returns an employee's full name.
pub(super) fn called(employee: &Employee) -> String {
    let first = employee.preferred_name.as_ref().unwrap_or(&employee.first_name);
    format!("{first} {}", employee.last_name)
}
