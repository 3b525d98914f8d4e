//! The tenant of a generated company.

use habitsync_fixtures::{Company, Person};
use serde_json::Value;

use crate::employee::Employee;
use crate::tenant::Tenant;

impl Tenant {
    /// Adds the company's employee records.
    pub(crate) fn seed_from(&mut self, company: &Company) {
        let records = company.people.iter().map(employee);
        self.employees
            .extend(records.map(|employee| (employee.employee_id.clone(), employee)));
    }
}

fn employee(person: &Person) -> Employee {
    let custom = person
        .custom_fields
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Employee {
        employee_id: person.employee_id.clone(),
        user_id: person.user_id.clone(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        preferred_name: person.preferred_name.clone(),
        work_email: person.work_email.clone(),
        personal_email: person.personal_email.clone(),
        job_title: Some(person.job_title.clone()),
        location: Some(person.location.clone()),
        department: Some(person.department.clone()),
        employment_type: Some(person.employment_type.clone()),
        manager_employee_id: person.manager_employee_id.clone(),
        manager_name: person.manager_name.clone(),
        manager_email: person.manager_email.clone(),
        status: person.standing.as_str().to_owned(),
        start_date: Some(person.start_date),
        termination_date: person.termination_date,
        custom_fields: custom.collect(),
        updated_at: person.updated_at,
    }
}
