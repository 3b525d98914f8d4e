//! People and topics whose links appear only after their completions were announced: the accounts exist without an
//! employee in EmployeeConnect, and the topics exist without a course there.

use habitsync_local::ExampleCustomer;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_tribal_habits::Topic;
use serde_json::{Map, Value, json};

use crate::Failure;

/// Those who come late.
#[derive(Default)]
pub(crate) struct Late {
    employees: Vec<Employee>,
    /// As they will be, once they qualify.
    topics: Vec<Topic>,
}

impl Late {
    /// Every tenth person and every tenth course of a customer who has been synced: a ninth of those who are there, on top.
    pub(crate) fn beside(customer: &ExampleCustomer, people: usize, courses: &[Topic]) -> Result<Self, Failure> {
        let domain = &customer.company.email_domain;
        let employees = (1..=people.div_ceil(9)).map(|number| employee(number, domain));
        let late = Self {
            employees: employees.collect(),
            topics: (1..).zip(courses.iter().step_by(9)).map(twin).collect(),
        };
        for employee in &late.employees {
            if !customer.tribal_habits.add_user(&account(employee)) {
                return Err(format!("{} gets no account", employee.employee_id).into());
            }
        }
        for topic in &late.topics {
            let mut unready = topic.clone();
            unready.auto_enrol_links.iter_mut().for_each(|link| link.active = false);
            customer.tribal_habits.put_topic(unready);
        }
        Ok(late)
    }

    /// User names and employees.
    pub(crate) fn people(&self) -> impl Iterator<Item = (String, String)> {
        let people = self.employees.iter();
        people.filter_map(|employee| Some((employee.work_email.clone()?, employee.employee_id.clone())))
    }

    /// Topics and their codes.
    pub(crate) fn topics(&self) -> impl Iterator<Item = (u64, String)> {
        self.topics.iter().map(|topic| (topic.id, topic.code.clone()))
    }

    /// HR enters the people, and the topics are made ready.
    pub(crate) fn appear(&self, customer: &ExampleCustomer) {
        for employee in &self.employees {
            customer.employee_connect.put_employee(employee.clone());
        }
        for topic in &self.topics {
            customer.tribal_habits.put_topic(topic.clone());
        }
    }
}

fn employee(number: usize, domain: &str) -> Employee {
    let address = format!("late.{number}@{domain}");
    Employee {
        job_title: Some("Storeperson".to_owned()),
        ..Employee::new(&format!("L{number}"), "Late", &format!("Number {number}"), &address)
    }
}

fn account(employee: &Employee) -> Map<String, Value> {
    let address = employee.work_email.as_deref().unwrap_or_default();
    let fields = [
        ("user_name", address),
        ("email", address),
        ("first_name", &employee.first_name),
        ("last_name", &employee.last_name),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), json!(value)));
    fields.into_iter().collect()
}

/// Another topic that qualifies as this one does.
fn twin((number, topic): (u64, &Topic)) -> Topic {
    let id = 900_000 + number;
    Topic {
        id,
        code: format!("TH-9-{id}"),
        title: format!("{}, late {number}", topic.title),
        ..topic.clone()
    }
}
