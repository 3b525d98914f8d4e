//! Mail after a run: it comes after the fact, and fails no run. A worklist that could not be sent is not remembered as sent, so
//! that the next run sends it.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::jobs::job::Job;
use jiff::Timestamp;
use tracing::error;

use super::compose::MailSettings;
use super::connection::notify_of_run;
use super::notify::{MailContent, Notified, notify_customer};
use super::subject::Subject;
use super::worklist::Worklist;
use crate::jobs::outcome::{JobFailure, RunOutcome};
use crate::ports::failure::ServiceFailure;
use crate::ports::incidents::ListIncidents;
use crate::ports::mail::{RememberAlert, SendMail};
use crate::ports::runs::SaveJobState;

/// The part of a customer's table that mails after a run read and write.
pub trait RunMailStore: RememberAlert + SaveJobState + ListIncidents {}

impl<S> RunMailStore for S where S: RememberAlert + SaveJobState + ListIncidents {}

/// Mails one customer after one run of a job.
pub(crate) struct RunMail<'a, S, M> {
    pub(crate) store: &'a S,
    pub(crate) mail: &'a M,
    pub(crate) settings: &'a MailSettings,
    pub(crate) configuration: &'a TenantConfiguration,
    pub(crate) job: Job,
    /// When the run ended.
    pub(crate) at: Timestamp,
}

impl<S: RunMailStore, M: SendMail> RunMail<'_, S, M> {
    /// Notifies the customer of the run's failure, or of the end of failures.
    pub(crate) async fn of_run<T>(&self, result: &Result<RunOutcome<T>, JobFailure>) -> Notified {
        let run = (self.configuration, self.job, self.at);
        caught(notify_of_run(self.store, self.mail, self.settings, run, result)).await
    }

    /// Notifies the customer of what the run found. `verified` says that the run read every record: what the worklist does not
    /// list is in order.
    pub(crate) async fn of_worklist(
        &self,
        subject: Subject,
        worklist: impl Future<Output = Result<Worklist, ServiceFailure>>,
        verified: bool,
    ) -> Notified {
        let notified = async {
            let news = MailContent {
                configuration: self.configuration,
                subject,
                worklist: &worklist.await?,
                at: self.at,
                verified,
                job: self.job,
            };
            notify_customer(self.store, self.mail, self.settings, &news).await
        };
        caught(notified).await
    }
}

/// Turns a failure, or a panic, into [`Notified::NotSent`], which is logged and counted for the operators.
async fn caught(notified: impl Future<Output = Result<Notified, ServiceFailure>>) -> Notified {
    // Boxed: writing a mail is many calls deep.
    match AssertUnwindSafe(Box::pin(notified)).catch_unwind().await {
        Ok(Ok(notified)) => return notified,
        Ok(Err(failure)) => error!(error = %failure, "a mail could not be sent; the next run sends it"),
        Err(_) => error!("the program panicked while it wrote a mail; the next run sends it"),
    }
    Notified::NotSent
}
