//! The handle that tests, the demo and the admin interface hold: everything that a running tenant can be asked or made to do.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use habitsync_fixtures::Company;
use habitsync_simulator_harness::Control;
use jiff::civil::Date;
use parking_lot::Mutex;

use crate::course::{Course, CourseResult};
use crate::deviation::Deviation;
use crate::employee::Employee;
use crate::tenant::Tenant;
use crate::tokens::Tokens;

/// Everything a running tenant can be asked or made to do. Clones reach the same tenant.
#[derive(Debug, Clone)]
pub struct TenantHandle {
    pub(crate) control: Control,
    pub(crate) state: Arc<Mutex<Tenant>>,
    pub(crate) tokens: Arc<Mutex<Tokens>>,
    pub(crate) development_module: Arc<AtomicBool>,
    pub(crate) deviations: Arc<Mutex<Vec<Deviation>>>,
}

/// Employees. Every change of a record sets its `updatedAt`.
#[expect(
    clippy::must_use_candidate,
    reason = "the change is the point; what is answered is for those who look"
)]
impl TenantHandle {
    /// Adds a company's employee records.
    pub fn seed_from(&self, company: &Company) {
        self.state.lock().seed_from(company);
    }

    /// Every employee, by employee id.
    #[must_use]
    pub fn employees(&self) -> Vec<Employee> {
        self.state.lock().employees.values().cloned().collect()
    }

    /// Returns one employee's record.
    #[must_use]
    pub fn employee(&self, employee_id: &str) -> Option<Employee> {
        self.state.lock().employees.get(employee_id).cloned()
    }

    /// Adds an employee, or puts it in the place of the one with its id.
    pub fn put_employee(&self, employee: Employee) {
        let employee = Employee {
            updated_at: self.clock().now(),
            ..employee
        };
        self.state
            .lock()
            .employees
            .insert(employee.employee_id.clone(), employee);
    }

    /// Changes an employee; answers the record as it now is, or nothing when there is none.
    pub fn change(&self, employee_id: &str, change: impl FnOnce(&mut Employee)) -> Option<Employee> {
        let now = self.clock().now();
        let mut state = self.state.lock();
        let employee = state.employees.get_mut(employee_id)?;
        change(employee);
        employee.updated_at = now;
        Some(employee.clone())
    }

    /// Hires an employee: `Onboarding` until the first day has come, `Active` from then on.
    pub fn hire(&self, employee: Employee, first_day: Date, today: Date) {
        let status = if first_day > today { "Onboarding" } else { "Active" };
        self.put_employee(Employee {
            status: status.to_owned(),
            start_date: Some(first_day),
            ..employee
        });
    }

    /// Terminates an employee as of a last day, past or future: the status says so at once.
    pub fn terminate(&self, employee_id: &str, last_day: Date) -> Option<Employee> {
        self.change(employee_id, |employee| {
            "Terminated".clone_into(&mut employee.status);
            employee.termination_date = Some(last_day);
        })
    }

    /// Sets a last day and leaves the status, as HR does when an employee gives notice.
    pub fn give_notice(&self, employee_id: &str, last_day: Date) -> Option<Employee> {
        self.change(employee_id, |employee| employee.termination_date = Some(last_day))
    }

    /// Rehires an employee under the same employee id.
    pub fn rehire(&self, employee_id: &str, first_day: Date) -> Option<Employee> {
        self.change(employee_id, |employee| {
            "Active".clone_into(&mut employee.status);
            employee.start_date = Some(first_day);
            employee.termination_date = None;
        })
    }

    /// Makes a record vanish, which the API itself cannot do; answers what it was.
    pub fn remove(&self, employee_id: &str) -> Option<Employee> {
        self.state.lock().employees.remove(employee_id)
    }
}

/// Courses and results.
impl TenantHandle {
    /// Every course, in order of creation.
    #[must_use]
    pub fn courses(&self) -> Vec<Course> {
        self.state.lock().learning.courses.clone()
    }

    /// The course with this external id.
    #[must_use]
    pub fn course(&self, external_id: &str) -> Option<Course> {
        self.state
            .lock()
            .learning
            .courses
            .iter()
            .find(|course| course.external_id == external_id)
            .cloned()
    }

    /// Makes a course vanish, which the API itself cannot do; its results stay.
    pub fn remove_course(&self, external_id: &str) {
        self.state
            .lock()
            .learning
            .courses
            .retain(|course| course.external_id != external_id);
    }

    /// Every result, in order of recording.
    #[must_use]
    pub fn results(&self) -> Vec<CourseResult> {
        self.state.lock().learning.results.clone()
    }

    /// The results of one person.
    #[must_use]
    pub fn results_of(&self, employee_id: &str) -> Vec<CourseResult> {
        self.results()
            .into_iter()
            .filter(|result| result.employee_id == employee_id)
            .collect()
    }

    /// Whether the tenant has the Development module.
    #[must_use]
    pub fn has_development_module(&self) -> bool {
        self.development_module.load(Ordering::Relaxed)
    }

    /// Gives the tenant the Development module, or takes it away.
    pub fn set_development_module(&self, enabled: bool) {
        self.development_module.store(enabled, Ordering::Relaxed);
    }
}

/// What tests watch and disturb.
impl TenantHandle {
    /// Ends every token before its time.
    pub fn expire_tokens(&self) {
        self.tokens.lock().expire_all();
    }

    /// Makes the tenant differ from the contract in these ways, and in no other.
    pub fn deviate(&self, deviations: impl IntoIterator<Item = Deviation>) {
        *self.deviations.lock() = deviations.into_iter().collect();
    }

    /// How the tenant differs from the contract.
    #[must_use]
    pub fn deviations(&self) -> Vec<Deviation> {
        self.deviations.lock().clone()
    }

    pub(crate) fn state(&self) -> &Mutex<Tenant> {
        &self.state
    }

    pub(crate) fn tokens(&self) -> &Mutex<Tokens> {
        &self.tokens
    }
}

/// Journal, faults and clock.
impl Deref for TenantHandle {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}
