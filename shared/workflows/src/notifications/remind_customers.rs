//! Reminders: lines that were mailed and are still open are mailed again, ever more rarely, within the customer's working
//! hours. They are read from the table: no vendor is called and no run is needed.

use futures_util::stream::{self, StreamExt};
use habitsync_domain::configuration::{Status, TenantConfiguration};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::notifications::reminder::{next_reminder, working_time_from};
use jiff::{SignedDuration, Timestamp};

use crate::jobs::contained::contained;
use crate::notifications::{
    MailKind, MailMessage, MailSettings, Readers, Subject, alert_operator, counts, deliver, may_be_told,
};
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::mail::{AlertState, DueReminder, KeepReminders, SendMail};
use crate::ports::tenants::LoadConfiguration;

/// How many are looked up at a time: all of a large fleet, since those that cannot be put off stay at the beginning.
const PAGE: u32 = 10_000;

/// How long a reminder that is being sent has before it counts as lost.
const PUT_OFF: SignedDuration = SignedDuration::from_hours(1);

/// How long a customer who is paused is left alone.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// What one more reminder may take: none begins later than this before the deadline.
const ROOM: SignedDuration = SignedDuration::from_secs(10);

/// How many are sent at a time: one that takes long holds up none of the others.
const IN_FLIGHT: usize = 4;

/// What reminding touches.
#[derive(Debug)]
pub struct RemindCustomers<'a, Fleet, Tenants, Mail, Clock> {
    /// The mails sent to all customers.
    pub fleet: &'a Fleet,
    /// Their configurations.
    pub tenants: &'a Tenants,
    /// Where mail goes out.
    pub mail: &'a Mail,
    /// What every mail has in common.
    pub settings: &'a MailSettings,
    /// Time.
    pub clock: &'a Clock,
}

/// The reminders that were due, by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReminderReport {
    /// Sent.
    pub sent: u64,
    /// Put off: it is night where the customer is, or a weekend, or no mail may be sent to the customer now.
    pub put_off: u64,
    /// Had moved on.
    pub moved_on: u64,
    /// Could not be read.
    pub unreadable: u64,
    /// Failed, and due again within the hour. One customer's failure stops no other customer's reminder.
    pub failures: Vec<ServiceFailure>,
}

/// Sends the reminders that are due, until none is or `deadline` is near.
///
/// # Errors
/// The due reminders could not be read.
pub async fn remind_customers<Fleet, Tenants, Mail, Clock>(
    remind: &RemindCustomers<'_, Fleet, Tenants, Mail, Clock>,
    deadline: Timestamp,
) -> Result<ReminderReport, ServiceFailure>
where
    Fleet: KeepReminders,
    Tenants: LoadConfiguration,
    Mail: SendMail,
    Clock: Now,
{
    let mut report = ReminderReport::default();
    let due = remind.fleet.list_due_reminders(remind.clock.now(), PAGE).await?;
    report.unreadable = due.unreadable;
    let reminders = due.items.into_iter().map(async |reminder| {
        let is_time = remind.clock.time_until(deadline) > ROOM;
        if is_time {
            Some(remind.remind_or_put_off(reminder).await)
        } else {
            None
        }
    });
    let mut reminders = stream::iter(reminders).buffered(IN_FLIGHT);
    while let Some(reminded) = reminders.next().await {
        match reminded {
            Some(Ok(Reminded::Sent)) => report.sent += 1,
            Some(Ok(Reminded::PutOff)) => report.put_off += 1,
            Some(Ok(Reminded::MovedOn)) => report.moved_on += 1,
            Some(Err(failure)) => report.failures.push(failure),
            None => {}
        }
    }
    Ok(report)
}

enum Reminded {
    Sent,
    PutOff,
    MovedOn,
}

impl<Fleet, Tenants, Mail, Clock> RemindCustomers<'_, Fleet, Tenants, Mail, Clock>
where
    Fleet: KeepReminders,
    Tenants: LoadConfiguration,
    Mail: SendMail,
    Clock: Now,
{
    /// One customer's reminder, which harms no other's: where it fails, it is put off.
    async fn remind_or_put_off(&self, reminder: DueReminder) -> Result<Reminded, ServiceFailure> {
        let seen = reminder.clone();
        let outcome = contained(self.remind(reminder)).await;
        if outcome.is_err() {
            self.put_off_failed(&seen).await;
        }
        outcome
    }

    async fn remind(&self, reminder: DueReminder) -> Result<Reminded, ServiceFailure> {
        let now = self.clock.now();
        let stored = self.tenants.load_configuration(&reminder.tenant).await?;
        let (Some(stored), Some(subject)) = (stored, Subject::of_key(&reminder.cause)) else {
            return self.put_off(&reminder, None).await;
        };
        let configuration = stored.configuration;
        let is_live = configuration.status == Status::Live;
        let earliest = if is_live { now } else { later(now, A_DAY) };
        let working = working_time_from(earliest, configuration.time_zone.zone());
        if working > now {
            return self.put_off(&reminder, Some(working)).await;
        }
        // Claimed before it is sent: two watchdogs, or two looks, send one mail.
        let claimed = later(now, PUT_OFF);
        if !self.fleet.postpone_reminder(&reminder, Some(claimed)).await? {
            return Ok(Reminded::MovedOn);
        }
        let claim = DueReminder {
            due_at: claimed,
            ..reminder
        };
        let told = self.fleet.load_told(&claim.tenant, &claim.cause).await?;
        let Some(told) = told.filter(|told| told.problems > 0) else {
            return self.put_off(&claim, None).await;
        };
        self.send(&claim, told, &configuration, subject, now).await
    }

    /// One that failed before it was claimed would fail again every minute, before those of other customers.
    async fn put_off_failed(&self, reminder: &DueReminder) {
        let until = later(self.clock.now(), PUT_OFF);
        drop(contained(self.fleet.postpone_reminder(reminder, Some(until))).await);
    }

    async fn put_off(&self, reminder: &DueReminder, until: Option<Timestamp>) -> Result<Reminded, ServiceFailure> {
        let is_put_off = self.fleet.postpone_reminder(reminder, until).await?;
        Ok(if is_put_off {
            Reminded::PutOff
        } else {
            Reminded::MovedOn
        })
    }

    async fn send(
        &self,
        claim: &DueReminder,
        alert: AlertState,
        configuration: &TenantConfiguration,
        subject: Subject,
        now: Timestamp,
    ) -> Result<Reminded, ServiceFailure> {
        let stopped = self.fleet.list_stopped_of(&claim.tenant).await?;
        let readers = may_be_told(configuration, self.settings, &stopped);
        let Some(readers) = readers else {
            return Ok(Reminded::PutOff);
        };
        let is_same_audience = readers.audience() == alert.audience;
        let sent_as = self.send_to(&readers, &alert, configuration, subject, now).await?;
        let reminders = alert.reminders.saturating_add(1);
        let thread = alert.thread.clone().filter(|_| is_same_audience).or(sent_as);
        let state = AlertState {
            sent_at: now,
            reminders,
            remind_at: Some(next_reminder(reminders, now, configuration.time_zone.zone())),
            thread,
            audience: readers.audience(),
            ..alert
        };
        let is_noted = self.fleet.note_reminded(claim, &state).await?;
        Ok(if is_noted { Reminded::Sent } else { Reminded::MovedOn })
    }

    async fn send_to(
        &self,
        readers: &Readers,
        told: &AlertState,
        configuration: &TenantConfiguration,
        subject: Subject,
        now: Timestamp,
    ) -> Result<Option<String>, ServiceFailure> {
        let thread = told.thread.as_deref().filter(|_| readers.audience() == told.audience);
        match readers {
            Readers::Operator => {
                let notice = counts(configuration, subject, &told.worklist, "it is still the same");
                alert_operator(self.mail, self.settings, &notice, thread).await
            }
            Readers::Customer(to) => {
                let letter = MailMessage {
                    configuration,
                    subject,
                    job: subject.job().or(told.raised_by).unwrap_or(Job::UserSync),
                    kind: MailKind::Reminder {
                        told_at: told.changed_at.unwrap_or(told.sent_at),
                    },
                    worklist: &told.worklist.without_notes(),
                    before: None,
                    at: now,
                    thread,
                    to,
                };
                let sent = deliver(self.mail, &letter.compose(self.settings)?).await?;
                Ok(Some(sent))
            }
        }
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
