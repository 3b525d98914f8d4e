//! The queue of reports about sent mails.

use parking_lot::Mutex;

use crate::faults::{Call, Faults};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::mail::{MailReport, ReceiveMailFeedback, ReceivedReports};

/// Reports; none stands for one that cannot be read.
#[derive(Debug, Default)]
pub struct FeedbackQueue {
    /// Its failures and its journal.
    pub faults: Faults<ServiceFailure>,
    waiting: Mutex<Vec<(u64, Option<MailReport>)>>,
}

impl FeedbackQueue {
    /// Puts a report, or something unreadable, on the queue.
    pub fn put(&self, report: Option<MailReport>) {
        let mut waiting = self.waiting.lock();
        let receipt = waiting.iter().map(|(receipt, _)| receipt + 1).max().unwrap_or_default();
        waiting.push((receipt, report));
    }

    /// How many are on the queue.
    pub fn len(&self) -> usize {
        self.waiting.lock().len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ReceiveMailFeedback for FeedbackQueue {
    type Receipt = u64;

    async fn receive_feedback(&self) -> Result<ReceivedReports<u64>, ServiceFailure> {
        let receive = || {
            let mut received = ReceivedReports {
                reports: Vec::new(),
                others: Vec::new(),
                unreadable: Vec::new(),
            };
            for (receipt, report) in self.waiting.lock().iter() {
                match report {
                    Some(report) => received.reports.push((report.clone(), *receipt)),
                    None => received.unreadable.push(*receipt),
                }
            }
            Ok(received)
        };
        self.faults.call(Call::ReceiveFeedback, receive).await
    }

    async fn settle_feedback(&self, receipt: &u64) -> Result<(), ServiceFailure> {
        let settle = || {
            self.waiting.lock().retain(|(waiting, _)| waiting != receipt);
            Ok(())
        };
        self.faults.call(Call::SettleFeedback, settle).await
    }
}
