//! Which alerts the operators get about one customer's failing jobs, and when: one for a vendor's failure that has
//! lasted, and one for its end; one a day and signature, at once, for an internal failure, and for a configuration that
//! operators mend; one, at once, for a failure that the customer has to mend.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::failure_class::FailureClass;
use crate::fleet::alert_thresholds::AlertThresholds;
use crate::fleet::failure_streak::FailureStreak;
use crate::jobs::job::Job;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The alerts already sent to the operators about one customer: a part of the customer's row in the fleet's summary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertLog {
    /// Outages of a vendor that last, by the name of the job.
    #[serde(default)]
    pub outages: BTreeMap<Job, FailureStreak>,
    /// Internal failures, by signature, with the time of the alert.
    #[serde(default)]
    pub ours: BTreeMap<String, Timestamp>,
    /// Failures that the customer has to mend, by signature, with the time of the alert.
    #[serde(default)]
    pub config: BTreeMap<String, Timestamp>,
    /// The time of the last alert about dead results.
    #[serde(default)]
    pub dead_at: Option<Timestamp>,
}

/// An alert to the operators about one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorAlert {
    /// A vendor has failed this job for long.
    Lasts {
        /// The failed job.
        job: Job,
        /// Its failure streak.
        failing: FailureStreak,
    },
    /// It does not any more.
    Over {
        /// The failed job.
        job: Job,
        /// Its failure streak.
        failing: FailureStreak,
    },
    /// An internal failure stopped this job, or a mistake of configuration that operators mend.
    Internal {
        /// The failed job.
        job: Job,
        /// Its failure streak.
        failing: FailureStreak,
    },
    /// The customer's set-up failed this job; the customer has the mail.
    Config {
        /// The failed job.
        job: Job,
        /// Its failure streak.
        failing: FailureStreak,
    },
    /// Results ended as dead within a day.
    Dead {
        /// The number of results.
        count: u64,
    },
}

impl AlertLog {
    /// Returns the alerts that are due about the customer's jobs at `now`, and the alert log after they are sent.
    /// `is_explained` says whether an open incident explains a job's failure: then the incident's mail is enough.
    /// `dead` counts the results that died within a day.
    #[must_use]
    pub fn due_alerts(
        &self,
        jobs: &[(Job, Option<FailureStreak>)],
        dead: u64,
        is_explained: impl Fn(Job) -> bool,
        thresholds: AlertThresholds,
        now: Timestamp,
    ) -> (Vec<OperatorAlert>, Self) {
        let (mut news, mut next) = (Vec::new(), self.clone());
        next.ours.retain(|_, sent_at| now.duration_since(*sent_at) < DAY);
        next.forget_mended(jobs, now);
        for (job, failing) in jobs {
            match failing {
                Some(_) if is_explained(*job) => {}
                Some(failing) if failing.signature.is_for_operators_at_once() => {
                    next.close(*job, &mut news);
                    next.alert_internal(*job, failing, &mut news, now);
                }
                Some(failing) if failing.signature.class() == FailureClass::Vendor => {
                    next.alert_outage(*job, failing, thresholds, &mut news, now);
                }
                Some(failing) => {
                    next.close(*job, &mut news);
                    next.alert_config(*job, failing, &mut news, now);
                }
                None => next.close(*job, &mut news),
            }
        }
        let is_sent = next.dead_at.is_some_and(|sent_at| now.duration_since(sent_at) < DAY);
        if dead >= thresholds.dead_told_at && !is_sent {
            next.dead_at = Some(now);
            news.push(OperatorAlert::Dead { count: dead });
        }
        (news, next)
    }

    /// Forgets failures that no job has any more, a day after their alert: a job that fails now and then causes one
    /// alert a day.
    fn forget_mended(&mut self, jobs: &[(Job, Option<FailureStreak>)], now: Timestamp) {
        let fails_with = |signature: &str| {
            let mut failing = jobs.iter().filter_map(|(_, failing)| failing.as_ref());
            failing.any(|failing| failing.signature.to_string() == signature)
        };
        self.config
            .retain(|signature, sent_at| fails_with(signature) || now.duration_since(*sent_at) < DAY);
    }

    fn alert_config(&mut self, job: Job, failing: &FailureStreak, news: &mut Vec<OperatorAlert>, now: Timestamp) {
        if let Entry::Vacant(entry) = self.config.entry(failing.signature.to_string()) {
            entry.insert(now);
            news.push(OperatorAlert::Config {
                job,
                failing: failing.clone(),
            });
        }
    }

    fn alert_internal(&mut self, job: Job, failing: &FailureStreak, news: &mut Vec<OperatorAlert>, now: Timestamp) {
        let is_news = self.ours.insert(failing.signature.to_string(), now);
        match is_news {
            Some(sent_at) => {
                self.ours.insert(failing.signature.to_string(), sent_at);
            }
            None => news.push(OperatorAlert::Internal {
                job,
                failing: failing.clone(),
            }),
        }
    }

    fn alert_outage(
        &mut self,
        job: Job,
        failing: &FailureStreak,
        thresholds: AlertThresholds,
        news: &mut Vec<OperatorAlert>,
        now: Timestamp,
    ) {
        let is_known = |known: &FailureStreak| known.since == failing.since;
        if self.outages.get(&job).is_some_and(is_known) {
            return;
        }
        self.close(job, news);
        if now.duration_since(failing.since) >= thresholds.vendor_told_after {
            self.outages.insert(job, failing.clone());
            news.push(OperatorAlert::Lasts {
                job,
                failing: failing.clone(),
            });
        }
    }

    fn close(&mut self, job: Job, news: &mut Vec<OperatorAlert>) {
        let outage = self.outages.remove(&job);
        news.extend(outage.map(|failing| OperatorAlert::Over { job, failing }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::failure_streak::{FailureSignature, VendorFault};
    use crate::vendors::vendor::Vendor;

    fn hours(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn failing(kind: VendorFault, since: Timestamp) -> FailureStreak {
        let vendor = Vendor::EmployeeConnect;
        FailureStreak::after(None, FailureSignature::Vendor { vendor, kind }, since)
    }

    fn usual() -> AlertThresholds {
        AlertThresholds::new(None, hours(0))
    }

    fn news_of(log: &AlertLog, failing: Option<FailureStreak>, now: Timestamp) -> (Vec<OperatorAlert>, AlertLog) {
        log.due_alerts(&[(Job::UserSync, failing)], 0, |_| false, usual(), now)
    }

    #[test]
    fn a_vendors_outage_is_told_after_a_day_once_and_that_it_is_over() {
        let outage = failing(VendorFault::Unavailable, hours(0));
        let (early, log) = news_of(&AlertLog::default(), Some(outage.clone()), hours(23));
        assert_eq!((early, &log), (vec![], &AlertLog::default()));
        let (lasts, log) = news_of(&log, Some(outage.clone()), hours(24));
        assert_eq!(lasts.len(), 1);
        let (again, log) = news_of(&log, Some(outage.clone()), hours(48));
        assert_eq!(again, []);
        let (over, log) = news_of(&log, None, hours(49));
        assert!(matches!(over.as_slice(), [OperatorAlert::Over { .. }]), "{over:?}");
        assert_eq!(news_of(&log, None, hours(50)).0, []);
    }

    #[test]
    fn an_outage_that_nobody_was_told_of_ends_without_a_word() {
        let outage = failing(VendorFault::Unavailable, hours(0));
        let (_, log) = news_of(&AlertLog::default(), Some(outage), hours(3));
        assert_eq!(news_of(&log, None, hours(4)).0, []);
    }

    #[test]
    fn trouble_of_ours_is_told_at_once_and_once_a_day_however_often_it_comes_back() {
        let ours = Some(FailureStreak::after(
            None,
            FailureSignature::Service {
                service: "DynamoDB".to_owned(),
            },
            hours(0),
        ));
        let (first, log) = news_of(&AlertLog::default(), ours.clone(), hours(0));
        assert!(
            matches!(first.as_slice(), [OperatorAlert::Internal { .. }]),
            "{first:?}"
        );
        let (well, log) = news_of(&log, None, hours(1));
        let (again, log) = news_of(&log, ours.clone(), hours(2));
        assert_eq!((well, again), (vec![], vec![]));
        assert_eq!(news_of(&log, ours, hours(24)).0.len(), 1);
    }

    #[test]
    fn what_the_customer_has_to_mend_is_one_line_until_it_is_mended() {
        let refused = Some(failing(VendorFault::Credentials, hours(0)));
        let both = [(Job::UserSync, refused.clone()), (Job::CourseSync, refused.clone())];
        let (first, log) = AlertLog::default().due_alerts(&both, 0, |_| false, usual(), hours(0));
        assert!(matches!(first.as_slice(), [OperatorAlert::Config { .. }]), "{first:?}");
        let (a_week_later, log) = news_of(&log, refused.clone(), hours(200));
        let (mended, log) = news_of(&log, None, hours(201));
        assert_eq!((a_week_later, mended), (vec![], vec![]));
        assert_eq!(news_of(&log, refused, hours(202)).0.len(), 1);
    }

    #[test]
    fn what_an_incident_tells_of_is_not_told_again() {
        let outage = Some(failing(VendorFault::Unavailable, hours(0)));
        let jobs = [(Job::UserSync, outage)];
        let (news, _) = AlertLog::default().due_alerts(&jobs, 0, |_| true, usual(), hours(100));
        assert_eq!(news, []);
    }

    #[test]
    fn in_hypercare_the_first_dead_result_is_told_and_a_vendor_has_two_hours() {
        let new = AlertThresholds::new(Some(hours(0)), hours(1));
        let outage = Some(failing(VendorFault::Unavailable, hours(0)));
        let jobs = [(Job::UserSync, outage)];
        let (news, log) = AlertLog::default().due_alerts(&jobs, 1, |_| false, new, hours(2));
        assert_eq!(news.len(), 2, "{news:?}");
        let (again, _) = log.due_alerts(&jobs, 2, |_| false, new, hours(3));
        assert_eq!(again, []);
        let (of_others, _) = AlertLog::default().due_alerts(&jobs, 9, |_| false, usual(), hours(2));
        assert_eq!(of_others, []);
    }
}
