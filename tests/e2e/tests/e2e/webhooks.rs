//! The webhook's answers, from the internet's side, and what each delivery leaves behind.

use habitsync_domain::identity::EnrolmentId;
use habitsync_local::wait::until;
use habitsync_simulator_tribal_habits::{Delivery, Forgery, WebhookTarget};
use habitsync_workflows::ports::result_list::ListResults as _;
use habitsync_workflows::ports::results::FindResult as _;
use jiff::SignedDuration;
use libtest_mimic::Failed;

use crate::World;
use crate::customer::Customer;
use crate::results::{EVENING_UTC, LONG_ENOUGH, drained};

/// A body of more than the 64 KiB that are read.
const OVERSIZED: usize = 70 * 1024;

pub(crate) async fn what_is_not_authentic_readable_or_ours_is_answered_as_documented_and_leaves_nothing(
    world: World,
) -> Result<(), Failed> {
    // No other test's messages are on this queue.
    let world = world.apart("webhooks").await?;
    let customer = world.customer("gatekeeper").await?;
    customer.sync().await?;
    let portal = customer.portal();
    for (what, delivery, expected) in unwelcome(&customer)? {
        let answer = portal.deliver(&customer.example.webhook, &delivery).await?;
        assert_eq!(answer, expected, "{what}");
    }
    let nobody = WebhookTarget {
        url: world.stack.webhook_address("no-such-customer")?,
        ..customer.example.webhook.clone()
    };
    let (enrolment, _) = customer.complete(customer.ready_topics()[0], EVENING_UTC)?;
    let stranger = portal.deliver(&nobody, &portal.message(&enrolment)).await?;
    assert_eq!(stranger, 401, "an unknown customer");
    left_nothing(&world, &customer).await
}

/// Deliveries that end where they arrive, and their answers.
fn unwelcome(customer: &Customer) -> Result<Vec<(&'static str, Delivery, u16)>, Failed> {
    let portal = customer.portal();
    let (enrolment, user) = customer.complete(customer.ready_topics()[0], EVENING_UTC)?;
    let raw = |body: &str| Delivery::raw(body.to_owned(), "msg_raw", portal.clock().now());
    let message = || portal.message(&enrolment);
    let whole = message().body;
    let pathway = portal.complete_pathway(&user.user_name, "Induction", portal.clock().now())?;
    let minutes = SignedDuration::from_mins;
    Ok(vec![
        ("a forged signature", message().forged(Forgery::WrongSecret), 401),
        ("a changed body", message().forged(Forgery::ChangedBody), 401),
        ("no signature", message().forged(Forgery::Unsigned), 401),
        ("a message of six minutes ago", message().stale(minutes(6)), 401),
        ("a message from the future", message().stale(minutes(-6)), 401),
        ("no JSON", raw("completed!"), 400),
        ("nothing at all", raw(""), 400),
        ("half a completion", raw(&whole[..whole.len() / 2]), 400),
        (
            "a completion but for its last byte",
            raw(&whole[..whole.len() - 1]),
            400,
        ),
        ("a completion twice over", raw(&format!("{whole}{whole}")), 400),
        ("another event", raw(r#"{"event": "user.created", "id": "evt_1"}"#), 200),
        ("a pathway", portal.message(&pathway), 200),
        ("70 KiB of anything", raw(&"x".repeat(OVERSIZED)), 413),
        (
            "70 KiB with a completion in it",
            raw(&format!("{whole}{}", " ".repeat(OVERSIZED))),
            413,
        ),
        (
            "70 KiB that are forged",
            raw(&"x".repeat(OVERSIZED)).forged(Forgery::WrongSecret),
            413,
        ),
    ])
}

/// Nothing is queued, and nothing was: every message taken off the queue becomes a result or a dead letter.
async fn left_nothing(world: &World, customer: &Customer) -> Result<(), Failed> {
    let (queued, dead) = (world.stack.queued_results().await?, world.stack.dead_letters().await?);
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    let listed = table.list_results(None).await?;
    assert_eq!((queued, dead, listed.records.len(), listed.unreadable), (0, 0, 0, 0));
    assert_eq!(customer.results().len(), 0);
    Ok(())
}

pub(crate) async fn a_webhook_that_is_replayed_byte_for_byte_adds_nothing(world: World) -> Result<(), Failed> {
    let customer = world.customer("replayed").await?;
    customer.sync().await?;
    let (enrolment, _) = customer.complete(customer.ready_topics()[0], EVENING_UTC)?;
    let message = customer.portal().message(&enrolment);
    let deliver = async || customer.portal().deliver(&customer.example.webhook, &message).await;
    assert_eq!(deliver().await?, 202);
    let recorded = async || Ok::<_, Failed>(customer.results().first().map(drop));
    until("the result", LONG_ENOUGH, recorded).await?;
    for _ in 0..3 {
        assert_eq!(deliver().await?, 202, "it is authentic, and a duplicate");
    }
    drained(&world).await?;
    let table = world.stack.tenant_table(&customer.example.tenant).await?;
    let record = table.find_result(EnrolmentId(enrolment.id.try_into()?)).await?;
    let record = record.ok_or("no record")?;
    assert_eq!(
        (customer.results().len(), record.attempts),
        (1, 1),
        "{:?}",
        record.state
    );
    Ok(())
}
