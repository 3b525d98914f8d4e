//! Operators are mailed again about changes that none of them has decided about: after a week, then weekly. One mail for all
//! customers.

use futures_util::stream::{self, StreamExt};
use habitsync_domain::approvals::REMINDED_EVERY;
use jiff::{SignedDuration, Timestamp};
use tracing::error;

use crate::jobs::contained::contained;
use crate::notifications::{MailSettings, OperatorMail, alert_operator};
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::holds::{DueHold, ListDueHolds};
use crate::ports::mail::SendMail;

/// A reminder that could not be sent is tried again after this time.
const TRIED_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How many one mail lists by name; it counts the rest.
const LISTED: usize = 200;

/// How many are put off at a time: one that takes long holds up none of the others.
const IN_FLIGHT: usize = 16;

/// The pending plans that were due for a reminder, by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldReminders {
    /// How many the mail was about.
    pub reminded: usize,
    /// Holds whose reminder could not be put off: they are left out, and looked at again in a minute.
    pub failures: Vec<ServiceFailure>,
}

/// Mails the operator about every hold that is due. One customer's hold that cannot be changed keeps no other out of the mail.
///
/// # Errors
/// The table could not be read, or the mail not be sent: then it is tried again in an hour.
pub async fn remind_of_holds<Fleet, Mails, Clock>(
    fleet: &Fleet,
    mail: &Mails,
    settings: &MailSettings,
    clock: &Clock,
) -> Result<HoldReminders, ServiceFailure>
where
    Fleet: ListDueHolds,
    Mails: SendMail,
    Clock: Now,
{
    let now = clock.now();
    let due = fleet.list_due_holds(now, u32::MAX).await?;
    let (mut reminded, mut failures) = (Vec::new(), Vec::new());
    // Of two watchdogs one reminds.
    let postponed = due.items.into_iter().map(async |hold| {
        contained(fleet.postpone_hold(&hold, next(&hold, now)))
            .await
            .map(|is| is.then_some(hold))
    });
    let mut postponed = stream::iter(postponed).buffered(IN_FLIGHT);
    while let Some(postponed) = postponed.next().await {
        match postponed {
            Ok(hold) => reminded.extend(hold),
            Err(failure) => failures.push(failure),
        }
    }
    if !reminded.is_empty() {
        let told = alert_operator(mail, settings, &notice(&reminded, now), None).await;
        if told.is_err() {
            remind_soon(fleet, reminded.as_slice(), now).await;
        }
        told?;
    }
    Ok(HoldReminders {
        reminded: reminded.len(),
        failures,
    })
}

/// Makes the holds due again soon, as far as the table allows: nothing was sent about them.
async fn remind_soon<Fleet: ListDueHolds>(fleet: &Fleet, holds: &[DueHold], now: Timestamp) {
    let soon = now.checked_add(TRIED_AGAIN_AFTER).unwrap_or(Timestamp::MAX);
    for hold in holds {
        let postponed = DueHold {
            due_at: next(hold, now),
            ..hold.clone()
        };
        if let Err(failure) = contained(fleet.postpone_hold(&postponed, soon)).await {
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

fn notice(holds: &[DueHold], now: Timestamp) -> OperatorMail {
    let line = |hold: &DueHold| {
        let days = now.duration_since(hold.since).as_hours() / 24;
        format!(
            "  {}: {} people for {days} days (plan {}); habitsync holds list {}",
            hold.tenant, hold.people, hold.plan, hold.tenant
        )
    };
    let intro = "Changes of accounts have been waiting for approval for a week or longer. Until an operator decides, these accounts stay as they are.";
    let title = match holds {
        [hold] => format!("{}: changes still wait for approval (plan {})", hold.tenant, hold.plan),
        _ => format!("changes of {} customers still wait for approval", holds.len()),
    };
    let more = holds.len().saturating_sub(LISTED);
    let more = (more > 0).then(|| format!("  … and {more} more; habitsync status --unwell"));
    OperatorMail {
        title,
        lines: [intro.to_owned(), String::new()]
            .into_iter()
            .chain(holds.iter().take(LISTED).map(line))
            .chain(more)
            .collect(),
    }
}
