//! Who completes what, and where that belongs.

use std::collections::BTreeMap;

use fastrand::Rng;
use habitsync_benches::Place;
use habitsync_local::ExampleCustomer;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_tribal_habits::{Enrolment, Topic};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::late::Late;
use crate::{Failure, TIME_ZONE};

/// Who can complete what.
pub(crate) struct Places {
    people: Vec<Learner>,
    courses: Vec<Course>,
    zone: TimeZone,
}

struct Learner {
    user_name: String,
    employee: String,
    is_late: bool,
}

struct Course {
    topic: u64,
    code: String,
    is_late: bool,
}

/// Where a completion belongs; its course may not be there yet.
pub(crate) struct Expected {
    employee: String,
    code: String,
    day: String,
    /// Whether its user or its course is linked only after the announcement.
    pub(crate) is_late: bool,
}

impl Expected {
    /// The place, once its course is there.
    pub(crate) fn place(&self, customer: &ExampleCustomer) -> Option<Place> {
        let course = customer.employee_connect.course(&self.code)?;
        Some((self.employee.clone(), course.course_id, self.day.clone()))
    }
}

impl Places {
    /// Those that are linked already.
    pub(crate) fn of(customer: &ExampleCustomer) -> Result<Self, Failure> {
        let employees = customer.employee_connect.employees();
        let by_address = |employee: &Employee| {
            let address = employee.work_email.as_ref()?.to_lowercase();
            Some((address, employee.employee_id.clone()))
        };
        let employees: BTreeMap<_, _> = employees.iter().filter_map(by_address).collect();
        let users = customer.tribal_habits.users().into_iter().filter(|user| user.active);
        let people = users.filter_map(|user| {
            Some(Learner {
                employee: employees.get(&user.email.to_lowercase())?.clone(),
                user_name: user.user_name,
                is_late: false,
            })
        });
        let places = Self {
            people: people.collect(),
            courses: courses(customer)
                .into_iter()
                .map(|topic| Course::of((topic.id, topic.code), false))
                .collect(),
            zone: TimeZone::get(TIME_ZONE)?,
        };
        if places.people.is_empty() || places.courses.is_empty() {
            return Err("nobody can complete anything".into());
        }
        Ok(places)
    }

    /// With those who come late.
    pub(crate) fn with(mut self, late: &Late) -> Self {
        let people = late.people().map(|(user_name, employee)| Learner {
            user_name,
            employee,
            is_late: true,
        });
        self.people.extend(people);
        self.courses.extend(late.topics().map(|topic| Course::of(topic, true)));
        self
    }

    pub(crate) fn people(&self) -> usize {
        self.people.len()
    }

    /// Completes a topic at some hour of the last weeks. Unannounced completions happen now: a sweep looks no further
    /// back than the customer's beginning. Completions of unlinked users happen now as well: a completion from before
    /// the last user sync belongs to no employee.
    pub(crate) fn completion(
        &self,
        customer: &ExampleCustomer,
        random: &mut Rng,
        is_announced: bool,
    ) -> Result<(Enrolment, Expected), Failure> {
        let learner = &self.people[random.usize(..self.people.len())];
        let course = &self.courses[random.usize(..self.courses.len())];
        let ago = random.i64(0..60 * 24 * 30);
        let ago = if is_announced && !learner.is_late { ago } else { 0 };
        let at: Timestamp = customer.tribal_habits.clock().now() - SignedDuration::from_mins(ago);
        let enrolment = customer.tribal_habits.complete(&learner.user_name, course.topic, at)?;
        let expected = Expected {
            employee: learner.employee.clone(),
            code: course.code.clone(),
            day: at.to_zoned(self.zone.clone()).date().to_string(),
            is_late: learner.is_late || course.is_late,
        };
        Ok((enrolment, expected))
    }
}

impl Course {
    fn of((topic, code): (u64, String), is_late: bool) -> Self {
        Self { topic, code, is_late }
    }
}

/// The topics that are courses by now.
pub(crate) fn courses(customer: &ExampleCustomer) -> Vec<Topic> {
    let mut topics = customer.tribal_habits.topics();
    topics.retain(|topic| customer.employee_connect.course(&topic.code).is_some());
    topics
}

/// What EmployeeConnect holds.
pub(crate) fn found(customer: &ExampleCustomer) -> Vec<(String, Place)> {
    let results = customer.employee_connect.results().into_iter();
    let placed = results.map(|result| {
        let day = result.completed_on.to_string();
        (result.external_id, (result.employee_id, result.course_id, day))
    });
    placed.collect()
}
