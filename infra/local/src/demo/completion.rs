//! A user completes a topic: it is recorded in EmployeeConnect within seconds, and only once.

use std::time::Instant;

use habitsync_fixtures::Standing;
use habitsync_local::ExampleCustomer;
use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::CourseResult;
use habitsync_simulator_tribal_habits::{Delivery, Enrolment, Forgery};

use super::{DemoError, RECORDING, Scene, Story, Told, ensure, until};

/// A completion, and the webhook that reports it.
struct Completion {
    employee_id: String,
    enrolment: Enrolment,
    message: Delivery,
}

pub(super) async fn play(story: &mut Story) -> Result<(), DemoError> {
    let completion = Completion::make(&story.scene.customer)?;
    let title = &completion.enrolment.knowledge_title;
    story.narrator.chapter(
        "A completion",
        &format!(
            "{} completes “{title}”; the portal sends a signed webhook.",
            completion.employee_id
        ),
    );
    story
        .step("waiting for the result", async |scene| {
            completion.is_recorded(scene).await
        })
        .await?;
    story
        .step("sending the same webhook again", async |scene| {
            completion.is_recorded_once(scene).await
        })
        .await?;
    story
        .step("sending a forged webhook", async |scene| {
            completion.cannot_be_forged(scene).await
        })
        .await
}

impl Completion {
    fn make(customer: &ExampleCustomer) -> Result<Self, DemoError> {
        let portal = &customer.tribal_habits;
        let (employee_id, user_name) = learner(customer)?;
        let topic = customer
            .company
            .qualifying_topics()
            .next()
            .ok_or_else(|| nothing("no topic qualifies"))?;
        let enrolment = portal.complete(&user_name, topic.id, portal.clock().now())?;
        Ok(Self {
            employee_id,
            message: portal.message(&enrolment),
            enrolment,
        })
    }

    async fn is_recorded(&self, scene: &Scene) -> Told {
        let sent = Instant::now();
        send(scene, &self.message, 202).await?;
        let result = until("the result", RECORDING, async || self.result(&scene.customer)).await?;
        let seconds = sent.elapsed().as_secs_f64();
        let course = scene.customer.employee_connect.course(&self.enrolment.knowledge_code);
        let is_right = course.is_some_and(|course| course.course_id == result.course_id);
        ensure(is_right && result.completed_on == today(), || {
            format!("recorded as {result:?}")
        })?;
        Ok(format!(
            "EmployeeConnect holds the result, {seconds:.1} seconds after the webhook was sent"
        ))
    }

    async fn is_recorded_once(&self, scene: &Scene) -> Told {
        send(scene, &self.message, 202).await?;
        until_pushed(scene).await?;
        ensure(self.result(&scene.customer)?.is_some(), || {
            "the result is gone".to_owned()
        })?;
        Ok("the same webhook again: accepted, and there is still one result".to_owned())
    }

    async fn cannot_be_forged(&self, scene: &Scene) -> Told {
        send(scene, &self.message.clone().forged(Forgery::ChangedBody), 401).await?;
        until_pushed(scene).await?;
        let results = scene.customer.employee_connect.results().len();
        ensure(results == 1, || format!("there are {results} results"))?;
        Ok("a webhook that was changed on its way: refused, and nothing is recorded".to_owned())
    }

    /// The one result of this completion; two of them are an error.
    fn result(&self, customer: &ExampleCustomer) -> Result<Option<CourseResult>, DemoError> {
        let reference = format!("th-enrolment-{}", self.enrolment.id);
        let mut results = customer.employee_connect.results_of(&self.employee_id);
        results.retain(|result| result.external_id == reference);
        ensure(results.len() < 2, || {
            format!("{reference} was recorded {} times", results.len())
        })?;
        Ok(results.pop())
    }
}

/// Returns an employee who has an account and does not leave: employee id and user name.
fn learner(customer: &ExampleCustomer) -> Result<(String, String), DemoError> {
    let mut people = customer
        .company
        .current()
        .filter(|person| person.standing == Standing::Active && !person.is_leaving());
    let learner = people.find_map(|person| {
        let account = customer.tribal_habits.user(person.work_email.as_ref()?)?;
        Some((person.employee_id.clone(), account.user_name))
    });
    learner.ok_or_else(|| nothing("nobody has an account"))
}

fn nothing(what: &str) -> DemoError {
    DemoError::Wrong(what.to_owned())
}

/// Delivers a webhook, which must be answered with this status.
async fn send(scene: &Scene, message: &Delivery, expected: u16) -> Result<(), DemoError> {
    let status = scene
        .customer
        .tribal_habits
        .deliver(&scene.customer.webhook, message)
        .await?;
    ensure(status == expected, || {
        format!("the webhook was answered {status}, not {expected}")
    })
}

/// Waits until everything that was accepted has been dealt with.
pub(super) async fn until_pushed(scene: &Scene) -> Result<(), DemoError> {
    until("the empty queue", RECORDING, async || {
        Ok((scene.stack.queued_results().await? == 0).then_some(()))
    })
    .await
}
