//! The operator hears again of removals that nobody has decided about: after a week, then weekly. One mail for all customers.

use habitsync_domain::hold::REMINDED_EVERY;
use jiff::{SignedDuration, Timestamp};
use tracing::error;

use crate::mail::{MailSettings, Notice, tell_operator};
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::holds::{DueHold, ListDueHolds};
use crate::ports::mail::SendMail;

/// A reminder that could not be sent is tried again after this time.
const TRIED_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How many one mail tells of; the rest has to wait for the next look.
const PAGE: u32 = 50;

/// Tells the operator of every hold that is due, and returns how many those were.
///
/// # Errors
/// The table or the mail failed. A reminder that was put off and not sent comes an hour later.
pub async fn remind_of_holds<Fleet, Mails, Clock>(
    fleet: &Fleet,
    mail: &Mails,
    settings: &MailSettings,
    clock: &Clock,
) -> Result<u64, ServiceFailure>
where
    Fleet: ListDueHolds,
    Mails: SendMail,
    Clock: Now,
{
    let now = clock.now();
    let due = fleet.list_due_holds(now, PAGE).await?;
    let mut reminded = Vec::new();
    for hold in due.items {
        // Of two watchdogs one reminds.
        if fleet.postpone_hold(&hold, next(&hold, now)).await? {
            reminded.push(hold);
        }
    }
    if !reminded.is_empty() {
        let told = tell_operator(mail, settings, &notice(&reminded, now), None).await;
        if told.is_err() {
            remind_soon(fleet, reminded.as_slice(), now).await;
        }
        told?;
    }
    Ok(u64::try_from(reminded.len()).unwrap_or(u64::MAX))
}

/// Makes the holds due again soon, as far as the table allows: nothing was sent about them.
async fn remind_soon<Fleet: ListDueHolds>(fleet: &Fleet, holds: &[DueHold], now: Timestamp) {
    let soon = now.checked_add(TRIED_AGAIN_AFTER).unwrap_or(Timestamp::MAX);
    for hold in holds {
        let postponed = DueHold {
            due_at: next(hold, now),
            ..hold.clone()
        };
        if let Err(failure) = fleet.postpone_hold(&postponed, soon).await {
            error!(tenant = %hold.tenant, error = %failure, "a reminder that was not sent comes a week later");
        }
    }
}

/// A whole number of weeks after it was first due, and later than now.
fn next(hold: &DueHold, now: Timestamp) -> Timestamp {
    let late = now.duration_since(hold.due_at).as_secs().max(0);
    let weeks = late / REMINDED_EVERY.as_secs() + 1;
    let wait = SignedDuration::from_secs(weeks.saturating_mul(REMINDED_EVERY.as_secs()));
    hold.due_at.checked_add(wait).unwrap_or(Timestamp::MAX)
}

fn notice(holds: &[DueHold], now: Timestamp) -> Notice {
    let line = |hold: &DueHold| {
        let days = now.duration_since(hold.since).as_hours() / 24;
        format!(
            "  {}: {} people for {days} days (plan {}); habitsync holds list {}",
            hold.tenant, hold.people, hold.plan, hold.tenant
        )
    };
    let intro = "Deactivations have been waiting for a word for a week or longer. Until somebody decides, nobody is deactivated.";
    let title = match holds {
        [hold] => format!("{}: removals are still held (plan {})", hold.tenant, hold.plan),
        _ => format!("removals of {} customers are still held", holds.len()),
    };
    Notice {
        title,
        lines: [intro.to_owned(), String::new()]
            .into_iter()
            .chain(holds.iter().map(line))
            .collect(),
    }
}
