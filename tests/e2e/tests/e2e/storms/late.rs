//! The same storm over people who are not in EmployeeConnect yet, and topics that are not ready: what they complete waits, and
//! is recorded once they are.

use std::collections::BTreeMap;

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::result::{ResultState, WaitsFor};
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_tribal_habits::{Enrolment, Topic};
use habitsync_workflows::ports::results::FindResult as _;
use jiff::tz::TimeZone;
use libtest_mimic::Failed;
use serde_json::json;

use super::{SETTLED, assert_each_is_there_once, day, every_fifth_fails, kill, settled, stormy, tell};
use crate::World;
use crate::customer::Customer;

const COMPLETIONS: usize = 60;
/// Number of users who have an account and are not yet entered by HR.
const LATE_PEOPLE: usize = 3;
/// The number of the first topic that is not ready yet.
const FIRST_LATE_TOPIC: u64 = 900_001;

/// One completion, and where it belongs once both are there.
struct Told {
    enrolment: Enrolment,
    employee: String,
    topic: u64,
    day: String,
    is_late: bool,
}

pub(crate) async fn completions_that_come_before_their_people_and_courses_wait_for_them_and_are_recorded_once(
    world: World,
) -> Result<(), Failed> {
    let world = stormy(&world, "late").await?;
    let customer = world.customer("late").await?;
    customer.sync().await?;
    customer.run("result-sweep").await?;
    let (people, topics) = (late_people(&customer)?, late_topics(&customer));
    let told = completions(&customer, &people, &topics)?;
    let failing = every_fifth_fails(&customer);
    let place = |told: &Told| (told.employee.clone(), told.topic.to_string(), told.day.clone());
    let announced: Vec<_> = told.iter().map(|told| (told.enrolment.clone(), place(told))).collect();
    let (announced, killed) = tokio::join!(tell(&customer, &announced), kill(&world, &customer));
    announced?;
    killed?;
    customer.run("result-sweep").await?;
    let late: Vec<_> = told.iter().filter(|told| told.is_late).collect();
    wait_for_their_links(&world, &customer, &late).await?;
    appear(&customer, &people, &topics);
    customer.sync().await?;
    settled(&world, &customer, COMPLETIONS).await?;
    let expected: Result<BTreeMap<_, _>, Failed> = told.iter().map(|told| placed(&customer, told)).collect();
    assert_each_is_there_once(&customer, &expected?);
    assert!(failing.iter().any(|armed| armed.struck() > 0), "{failing:?}");
    assert_eq!(world.stack.dead_letters().await?, 0);
    Ok(())
}

/// Future employees, with accounts that were created by hand.
fn late_people(customer: &Customer) -> Result<Vec<Employee>, Failed> {
    let domain = &customer.example.company.email_domain;
    let people = (1..=LATE_PEOPLE).map(|number| {
        let address = format!("late.{number}@{domain}");
        let employee = Employee::new(&format!("L{number}"), "Late", &format!("Number {number}"), &address);
        let account = json!({
            "user_name": address,
            "email": address,
            "first_name": employee.first_name,
            "last_name": employee.last_name,
        });
        let is_made = account
            .as_object()
            .is_some_and(|account| customer.portal().add_user(account));
        is_made.then_some(employee).ok_or_else(|| "no account".into())
    });
    people.collect()
}

/// Topics as they will be once they are ready; until then their links do not work.
fn late_topics(customer: &Customer) -> Vec<Topic> {
    let ready = customer.ready_topics().into_iter().take(2).zip(FIRST_LATE_TOPIC..);
    let late = ready.map(|(ready, id)| Topic {
        id,
        code: format!("TH-9-{id}"),
        title: format!("Late topic {id}"),
        ..customer.topic(ready)
    });
    let late: Vec<_> = late.collect();
    for topic in &late {
        let mut unready = topic.clone();
        unready.auto_enrol_links.iter_mut().for_each(|link| link.active = false);
        customer.portal().put_topic(unready);
    }
    late
}

/// Just now, all users complete one topic after the other; late users and topics take their turns.
fn completions(customer: &Customer, people: &[Employee], topics: &[Topic]) -> Result<Vec<Told>, Failed> {
    let zone = TimeZone::get("Australia/Sydney")?;
    let linked = customer.active_users().into_iter();
    let linked = linked.filter_map(|user| Some((user.user_name.clone(), customer.employee_of(&user)?, false)));
    let late = people.iter().filter_map(|employee| {
        let address = employee.work_email.clone()?;
        Some((address, employee.employee_id.clone(), true))
    });
    let people: Vec<_> = late.chain(linked).collect();
    let late = topics.iter().map(|topic| (topic.id, true));
    let topics: Vec<_> = late
        .chain(customer.ready_topics().into_iter().map(|topic| (topic, false)))
        .collect();
    (0..COMPLETIONS)
        .map(|number| {
            let (user, employee, is_late_person) = &people[number % people.len()];
            let (topic, is_late_topic) = topics[number % topics.len()];
            let at = customer.portal().clock().now();
            Ok(Told {
                enrolment: customer.portal().complete(user, topic, at)?,
                employee: employee.clone(),
                topic,
                day: day(at, &zone),
                is_late: *is_late_person || is_late_topic,
            })
        })
        .collect()
}

/// Waits until each of these is parked on its person or its topic.
async fn wait_for_their_links(world: &World, customer: &Customer, late: &[&Told]) -> Result<(), Failed> {
    assert!(late.len() > COMPLETIONS / 10, "{} are late", late.len());
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    for told in late {
        let enrolment = EnrolmentId(told.enrolment.id.try_into()?);
        habitsync_local::wait::until("a completion to wait for its link", SETTLED, async || {
            world.stack.invoke("watchdog", &json!({})).await?;
            let record = table.find_result(enrolment).await?;
            let waits = record.is_some_and(|record| match record.state {
                ResultState::Parked { on, .. } => on.waits_for() == WaitsFor::Link,
                _ => false,
            });
            Ok::<_, Failed>(waits.then_some(()))
        })
        .await?;
    }
    Ok(())
}

fn appear(customer: &Customer, people: &[Employee], topics: &[Topic]) {
    for employee in people {
        customer.hris().put_employee(employee.clone());
    }
    for topic in topics {
        customer.portal().put_topic(topic.clone());
    }
}

/// Its reference, and where it belongs.
fn placed(customer: &Customer, told: &Told) -> Result<(String, super::Place), Failed> {
    let course = customer.course_of(told.topic).ok_or("no course")?.course_id;
    let reference = format!("th-enrolment-{}", told.enrolment.id);
    Ok((reference, (told.employee.clone(), course, told.day.clone())))
}
