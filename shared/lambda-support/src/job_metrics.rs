//! Metrics of an invocation of a job's function: outcome, duration and counts.

use std::time::Instant;

use habitsync_workflows::jobs::outcome::MAILS_FAILED;
use jiff::Timestamp;

use crate::failure::FunctionError;
use crate::job::JobAnswer;
use crate::metrics::{Metric, Metrics};

/// An invocation that is measured from now on.
#[derive(Debug)]
pub struct Measured<'m> {
    metrics: &'m Metrics,
    began: Instant,
}

impl Metrics {
    /// Begins to measure an invocation.
    #[must_use]
    pub fn measured(&self) -> Measured<'_> {
        Measured {
            metrics: self,
            began: Instant::now(),
        }
    }
}

impl Measured<'_> {
    /// Writes how the job ended: `named` are the metrics of what it counts under a name, `more` what else was measured.
    pub fn write(
        &self,
        now: Timestamp,
        ended: &Result<JobAnswer, FunctionError>,
        named: &[(&str, Metric)],
        more: &[(Metric, u64)],
    ) {
        let took = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut values = vec![(Metric::RunDuration, took)];
        values.extend(of_job(ended, named));
        values.extend_from_slice(more);
        self.metrics.write(now, &values);
    }
}

/// Returns the metrics of the job's outcome and of its counts.
fn of_job(ended: &Result<JobAnswer, FunctionError>, named: &[(&str, Metric)]) -> Vec<(Metric, u64)> {
    match ended {
        Ok(answer) => {
            let outcome = match answer.outcome {
                "finished" => Metric::RunsFinished,
                "unfinished" => Metric::RunsUnfinished,
                _ => Metric::RunsIdle,
            };
            let counted = named
                .iter()
                .filter_map(|(name, metric)| Some((*metric, *answer.counts.get(*name)?)));
            // A mail that does not go out fails no run, and is the operators' to mend.
            let mails_failed = answer.counts.get(MAILS_FAILED);
            let mails_failed = mails_failed.map(|count| (Metric::OperatorFailures, *count));
            std::iter::once((outcome, 1))
                .chain(counted)
                .chain(mails_failed)
                .collect()
        }
        Err(error) => vec![
            (Metric::RunsFailed, 1),
            (Metric::OperatorFailures, u64::from(error.is_ours())),
        ],
    }
}

#[cfg(test)]
mod tests {
    use habitsync_workflows::jobs::outcome::Counts;

    use super::*;

    const NAMED: [(&str, Metric); 2] = [("created", Metric::PeopleCreated), ("held", Metric::PeopleHeld)];

    #[test]
    fn what_was_done_is_counted_under_its_metric_and_what_has_none_is_not() {
        let counts = Counts::from([("created".to_owned(), 3), ("read".to_owned(), 250)]);
        let answer = JobAnswer {
            outcome: "finished",
            counts,
        };
        let values = of_job(&Ok(answer), &NAMED);
        assert_eq!(values, [(Metric::RunsFinished, 1), (Metric::PeopleCreated, 3)]);
    }

    #[test]
    fn a_run_that_did_nothing_is_idle_and_a_failure_says_whether_it_is_ours() {
        let held_back = JobAnswer {
            outcome: "held_back",
            counts: Counts::new(),
        };
        assert_eq!(of_job(&Ok(held_back), &NAMED), [(Metric::RunsIdle, 1)]);
        let unsent = JobAnswer {
            outcome: "finished",
            counts: Counts::from([(MAILS_FAILED.to_owned(), 1)]),
        };
        let unsent = Ok(unsent);
        assert!(of_job(&unsent, &NAMED).contains(&(Metric::OperatorFailures, 1)));
        let ours = FunctionError::unreadable("no event");
        assert!(of_job(&Err(ours), &NAMED).contains(&(Metric::OperatorFailures, 1)));
    }
}
