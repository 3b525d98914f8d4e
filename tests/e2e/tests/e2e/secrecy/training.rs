//! What marked people complete: announced well-formed and malformed, recorded, refused with a quote, parked, swept,
//! replayed, crashed upon.

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::choice::ResultStatus;
use habitsync_local::wait::until;
use habitsync_simulator_harness::{Armed, Fault, Method, Rule};
use habitsync_simulator_tribal_habits::{Delivery, Enrolment, Forgery};
use habitsync_workflows::ports::results::FindResult as _;
use libtest_mimic::Failed;
use serde_json::{Value, json};

use super::people::address;
use super::{MARK, hris_says, is_marked, portal_says};
use crate::World;
use crate::customer::Customer;
use crate::operating::habitsync;
use crate::results::LONG_ENOUGH;

const RESULTS: &str = "/courses/{courseId}/results";

/// Courses, then completions.
pub(super) async fn happens(world: &World, customer: &Customer, quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    quoted.push(hris_says(customer, &Method::POST, "/courses", 422));
    quoted.push(portal_says(customer, &Method::GET, "/topics", 500));
    for _ in 0..2 {
        customer.call("course-sync").await?;
    }
    recorded(world, customer).await?;
    refused(world, customer, quoted).await?;
    parked(world, customer).await?;
    told_badly(customer).await?;
    swept(world, customer, quoted).await?;
    crashed(world, customer, quoted).await
}

async fn recorded(world: &World, customer: &Customer) -> Result<(), Failed> {
    let enrolment = complete(customer)?;
    assert!(is_marked(&enrolment.user.user_name), "{}", enrolment.user.user_name);
    tell(customer, &enrolment).await?;
    reach(world, customer, &enrolment, ResultStatus::Recorded).await
}

/// A result dies of an answer that quotes, another waits because of one, and an operator has the dead one tried again.
async fn refused(world: &World, customer: &Customer, quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    let dies = complete(customer)?;
    quoted.push(hris_says(customer, &Method::POST, RESULTS, 422));
    tell(customer, &dies).await?;
    reach(world, customer, &dies, ResultStatus::Dead).await?;
    let fails = complete(customer)?;
    quoted.push(hris_says(customer, &Method::POST, RESULTS, 500));
    quoted.push(hris_says(customer, &Method::GET, RESULTS, 200));
    tell(customer, &fails).await?;
    reach(world, customer, &fails, ResultStatus::Recorded).await?;
    let said = habitsync(world, &["replay", "secrecy", "--all", "--yes"]).await?;
    assert!(said.status.success() && !is_marked(&String::from_utf8(said.stdout)?));
    reach(world, customer, &dies, ResultStatus::Recorded).await
}

/// A user with an account but no employee yet.
async fn parked(world: &World, customer: &Customer) -> Result<(), Failed> {
    let account = json!({
        "user_name": address("stranger"),
        "email": address("stranger"),
        "first_name": MARK,
        "last_name": MARK,
    });
    assert!(customer.portal().add_user(account.as_object().ok_or("no object")?));
    let now = customer.portal().clock().now();
    let enrolment = customer
        .portal()
        .complete(&address("stranger"), a_topic(customer)?, now)?;
    tell(customer, &enrolment).await?;
    reach(world, customer, &enrolment, ResultStatus::Parked).await
}

/// Forged, cut, of another shape, and to a customer that does not exist: with any content.
async fn told_badly(customer: &Customer) -> Result<(), Failed> {
    let portal = customer.portal();
    let enrolment = complete(customer)?;
    let message = || portal.message(&enrolment);
    let whole = message().body;
    let now = portal.clock().now();
    let changed = |change: fn(&mut Value)| -> Result<Delivery, Failed> {
        let mut event: Value = serde_json::from_str(&whole)?;
        change(&mut event);
        Ok(Delivery::raw(event.to_string(), "msg_changed", now))
    };
    let deliveries = [
        (message().forged(Forgery::WrongSecret), 401),
        (message().forged(Forgery::ChangedBody), 401),
        (
            Delivery::raw(whole.clone(), MARK, now).forged(Forgery::WrongSecret),
            401,
        ),
        (Delivery::raw(whole[..whole.len() - 2].to_owned(), MARK, now), 400),
        (Delivery::raw(format!("{MARK} has completed something"), MARK, now), 400),
        (changed(|event| event["enrolment"]["id"] = json!(MARK))?, 400),
        (
            changed(|event| event["enrolment"]["user"]["user_name"] = json!(format!("{MARK}\u{7}")))?,
            400,
        ),
        (changed(|event| event["enrolment"]["completed_at"] = json!(MARK))?, 400),
        (changed(|event| event["event"] = json!(MARK))?, 200),
    ];
    for (delivery, expected) in deliveries {
        let answer = portal.deliver(&customer.example.webhook, &delivery).await?;
        assert_eq!(answer, expected, "{}", delivery.body);
    }
    Ok(())
}

/// A completion that no webhook announced; the list is quoted at the sweep first.
async fn swept(world: &World, customer: &Customer, quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    customer.run("result-sweep").await?;
    let enrolment = complete(customer)?;
    quoted.push(portal_says(customer, &Method::GET, "/enrolments", 200));
    quoted.push(portal_says(customer, &Method::GET, "/enrolments", 500));
    for _ in 0..2 {
        customer.call("result-sweep").await?;
    }
    reach(world, customer, &enrolment, ResultStatus::Recorded).await
}

/// The pusher is killed over a completion.
async fn crashed(world: &World, customer: &Customer, quoted: &mut Vec<Armed>) -> Result<(), Failed> {
    let hangs = Fault::Slow { milliseconds: 600_000 };
    let hangs = customer.hris().arm(Rule::new(hangs).on(&Method::POST, RESULTS));
    tell(customer, &complete(customer)?).await?;
    until("the pusher to be at it", LONG_ENOUGH, async || {
        Ok::<_, Failed>((hangs.struck() > 0).then_some(()))
    })
    .await?;
    assert!(world.stack.crash("result-pusher").await? > 0);
    quoted.push(hangs);
    Ok(())
}

/// A marked person completes a topic, just now.
fn complete(customer: &Customer) -> Result<Enrolment, Failed> {
    let now = customer.portal().clock().now().to_string();
    Ok(customer.complete(a_topic(customer)?, &now)?.0)
}

fn a_topic(customer: &Customer) -> Result<u64, Failed> {
    let mut topics = customer.ready_topics().into_iter();
    let linked = topics.find(|topic| customer.course_of(*topic).is_some());
    linked.ok_or_else(|| "no topic is a course".into())
}

async fn tell(customer: &Customer, enrolment: &Enrolment) -> Result<(), Failed> {
    let answer = customer.portal().announce(enrolment).await?;
    assert_eq!(answer, 202);
    Ok(())
}

async fn reach(world: &World, customer: &Customer, enrolment: &Enrolment, status: ResultStatus) -> Result<(), Failed> {
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    let enrolment = EnrolmentId(enrolment.id.try_into()?);
    until(&format!("a {status} result"), LONG_ENOUGH, async || {
        world.stack.invoke("watchdog", &json!({})).await?;
        let record = table.find_result(enrolment).await?;
        Ok::<_, Failed>(record.filter(|record| record.state.status() == status).map(drop))
    })
    .await
}
