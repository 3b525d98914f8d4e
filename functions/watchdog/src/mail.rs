//! The watchdog's mail duties: it reminds customers, and reads SES's reports about their mails. Neither duty delays the
//! work that is due.

use habitsync_aws_adapters::{Aws, FeedbackQueue, Mailer, SystemClock, Table};
use habitsync_workflows::notifications::MailSettings;
use habitsync_workflows::notifications::mail_feedback::{FeedbackReport, ReadMailFeedback, read_mail_feedback};
use habitsync_workflows::notifications::remind_customers::{RemindCustomers, ReminderReport, remind_customers};
use habitsync_workflows::ports::failure::ServiceFailure;
use jiff::Timestamp;
use tracing::{error, info};

use crate::settings::Settings;

/// Ports of the mail duties.
#[derive(Debug)]
pub(crate) struct MailRounds {
    table: Table,
    feedback: FeedbackQueue,
    mail: Mailer,
    settings: MailSettings,
}

impl MailRounds {
    /// The rounds of a stage with these settings.
    pub(crate) fn new(aws: &Aws, table: &Table, settings: &Settings) -> Self {
        Self {
            table: table.clone(),
            feedback: aws.feedback_queue(&settings.mail_feedback_queue_url),
            mail: aws.mailer(&settings.mail.sender, &settings.mail_configuration),
            settings: settings.mail.clone(),
        }
    }

    /// Reads the reports about sent mails, then sends reminders, in this order: an address that has stopped is not
    /// reminded. What fails is logged, and comes again.
    pub(crate) async fn make(&self, deadline: Timestamp) {
        let read = ReadMailFeedback {
            queue: &self.feedback,
            fleet: &self.table,
            tenants: &self.table,
            mail: &self.mail,
            settings: &self.settings,
            clock: &SystemClock,
        };
        match read_mail_feedback(&read, deadline).await {
            Ok(report) => log_feedback(&report),
            Err(failure) => log_failure(&failure),
        }
        let remind = RemindCustomers {
            fleet: &self.table,
            tenants: &self.table,
            mail: &self.mail,
            settings: &self.settings,
            clock: &SystemClock,
        };
        match remind_customers(&remind, deadline).await {
            Ok(report) => log_reminders(&report),
            Err(failure) => log_failure(&failure),
        }
    }
}

fn log_feedback(report: &FeedbackReport) {
    report.failures.iter().for_each(log_failure);
    if *report != FeedbackReport::default() {
        info!(
            mail.hard_bounces = report.hard_bounces,
            mail.soft_bounces = report.soft_bounces,
            mail.complaints = report.complaints,
            mail.addresses_stopped = report.stopped,
            mail.unattributed = report.unattributed,
            mail.unreadable = report.unreadable,
            "heard what became of mails"
        );
    }
}

fn log_reminders(report: &ReminderReport) {
    report.failures.iter().for_each(log_failure);
    if *report != ReminderReport::default() {
        info!(
            reminders.sent = report.sent,
            reminders.put_off = report.put_off,
            reminders.moved_on = report.moved_on,
            reminders.unreadable = report.unreadable,
            "reminded customers"
        );
    }
}

fn log_failure(failure: &ServiceFailure) {
    error!(error = %failure, "something about mail failed; it comes again");
}
