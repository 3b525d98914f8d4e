//! Results: a completed topic is recorded on its course, once, on the right day, despite failures in between.

use std::time::Duration;

use habitsync_simulator_harness::{Fault, Method, Moment, Rule};
use libtest_mimic::Failed;

use crate::World;
use crate::wait::until;

/// In Sydney it is the next day already.
pub(crate) const EVENING_UTC: &str = "2026-03-01T20:30:00Z";
const NEXT_DAY_IN_SYDNEY: &str = "2026-03-02";

/// For a result to come, on a busy machine.
pub(crate) const LONG_ENOUGH: Duration = Duration::from_mins(3);

pub(crate) async fn a_completion_is_recorded_once_though_it_is_sent_three_times(world: World) -> Result<(), Failed> {
    let customer = world.customer("three-times").await?;
    customer.sync().await?;
    let topic = customer.ready_topics()[0];
    let (enrolment, user) = customer.complete(topic, EVENING_UTC)?;
    for _ in 0..3 {
        assert_eq!(customer.example.tribal_habits.announce(&enrolment).await?, 202);
    }
    let result = until("the result", || customer.results().first().cloned()).await?;
    drained(&world).await?;
    assert_eq!(customer.results().len(), 1, "{:?}", customer.results());
    assert_eq!(Some(result.employee_id), customer.employee_of(&user));
    assert_eq!(
        Some(result.course_id),
        customer.course_of(topic).map(|course| course.course_id)
    );
    assert_eq!(
        result.completed_on.to_string(),
        NEXT_DAY_IN_SYDNEY,
        "the day where the customer is"
    );
    Ok(())
}

pub(crate) async fn a_result_whose_answer_was_lost_is_not_recorded_twice(world: World) -> Result<(), Failed> {
    let customer = world.customer("lost-answer").await?;
    customer.sync().await?;
    let lost = Fault::ServerError {
        status: 500,
        moment: Moment::AfterEffect,
    };
    let route = "/courses/{courseId}/results";
    let armed = customer
        .example
        .employee_connect
        .arm(Rule::new(lost).on(&Method::POST, route).times(1));
    let (enrolment, _) = customer.complete(customer.ready_topics()[0], EVENING_UTC)?;
    customer.example.tribal_habits.announce(&enrolment).await?;
    let journal = customer.example.employee_connect.journal().clone();
    until("the pusher to look before it writes again", || {
        (journal.count(&Method::GET, route) > 0).then_some(())
    })
    .await?;
    drained(&world).await?;
    assert_eq!(
        (
            armed.struck(),
            customer.results().len(),
            journal.count(&Method::POST, route)
        ),
        (1, 1, 1)
    );
    Ok(())
}

pub(crate) async fn a_completion_that_comes_before_its_course_is_recorded_when_the_course_comes(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("too-early").await?;
    customer.run("user-sync").await?;
    let (enrolment, _) = customer.complete(customer.ready_topics()[0], EVENING_UTC)?;
    assert_eq!(customer.example.tribal_habits.announce(&enrolment).await?, 202);
    drained(&world).await?;
    assert_eq!(customer.results().len(), 0, "there is no course yet");
    customer.run("course-sync").await?;
    until("the watchdog to queue what the course sync released", || {
        customer.results().first().map(drop)
    })
    .await?;
    Ok(())
}

pub(crate) async fn a_completion_whose_webhook_was_lost_is_found_by_the_sweep(world: World) -> Result<(), Failed> {
    let customer = world.customer("lost-webhook").await?;
    customer.sync().await?;
    customer.run("result-sweep").await?;
    let now = customer.example.tribal_habits.clock().now().to_string();
    let (enrolment, _) = customer.complete(customer.ready_topics()[0], &now)?;
    customer.run("result-sweep").await?;
    let result = until("the result", || customer.results().first().cloned()).await?;
    assert_eq!(result.external_id, format!("th-enrolment-{}", enrolment.id));
    Ok(())
}

/// Waits until nothing is queued or being worked on.
pub(crate) async fn drained(world: &World) -> Result<(), Failed> {
    habitsync_local::wait::until("the queue to empty", LONG_ENOUGH, async || {
        Ok((world.stack.queued_results().await? == 0).then_some(()))
    })
    .await
}
