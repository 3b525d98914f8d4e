//! The webhook's answers, from the internet's side.

use habitsync_simulator_tribal_habits::{Delivery, Forgery, WebhookTarget};
use jiff::SignedDuration;
use libtest_mimic::Failed;

use crate::World;

pub(crate) async fn what_is_not_authentic_readable_or_ours_is_answered_as_documented_and_leaves_nothing(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("gatekeeper").await?;
    customer.sync().await?;
    let (enrolment, user) = customer.complete(customer.ready_topics()[0], "2026-03-01T20:30:00Z")?;
    let portal = &customer.example.tribal_habits;
    let raw = |body: &str| Delivery::raw(body.to_owned(), "msg_raw", portal.clock().now());
    let message = || portal.message(&enrolment);
    let pathway = portal.complete_pathway(&user.user_name, "Induction", portal.clock().now());
    let cases = [
        ("a forged signature", message().forged(Forgery::WrongSecret), 401),
        ("a changed body", message().forged(Forgery::ChangedBody), 401),
        ("no signature", message().forged(Forgery::Unsigned), 401),
        (
            "a message of six minutes ago",
            message().stale(SignedDuration::from_mins(6)),
            401,
        ),
        (
            "a message from the future",
            message().stale(SignedDuration::from_mins(-6)),
            401,
        ),
        ("no JSON", raw("completed!"), 400),
        ("half a JSON", raw(r#"{"event": "enrolment.completed", "id""#), 400),
        ("another event", raw(r#"{"event": "user.created", "id": "evt_1"}"#), 200),
        ("a pathway", portal.message(&pathway?), 200),
        ("70 KiB", raw(&"x".repeat(70 * 1024)), 413),
    ];
    for (what, delivery, expected) in cases {
        let answer = portal.deliver(&customer.example.webhook, &delivery).await?;
        assert_eq!(answer, expected, "{what}");
    }
    let nobody = WebhookTarget {
        url: world.stack.webhook_address("no-such-customer")?,
        ..customer.example.webhook.clone()
    };
    assert_eq!(portal.deliver(&nobody, &message()).await?, 401, "an unknown customer");
    assert_eq!((customer.results().len(), world.stack.dead_letters().await?), (0, 0));
    Ok(())
}
