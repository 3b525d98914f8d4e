//! A run that an operator follows: it ends with its last slice, since another run continues one that runs out of time.

use crate::jobs::state::{RunRecord, RunState};

/// How far a followed run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// Nothing of it is on record yet.
    NotBegun,
    /// It is running, or another run is about to continue it: its slices so far, the newest last.
    GoesOn(Vec<RunRecord>),
    /// It has ended: all of its slices, the newest last.
    Ended(Vec<RunRecord>),
}

impl Followed {
    /// Finds the first run that began after the one with the identifier `after`, and the runs that continued it; `runs`
    /// are those of one job, the newest first.
    #[must_use]
    pub fn from_runs(runs: &[RunRecord], after: Option<&str>) -> Self {
        let is_later = |run: &&RunRecord| after.is_none_or(|after| run.id.as_str() > after);
        let later: Vec<&RunRecord> = runs.iter().rev().filter(is_later).collect();
        let mut slices: Vec<RunRecord> = Vec::new();
        for (index, run) in later.iter().enumerate() {
            slices.push((*run).clone());
            let next = later.get(index + 1).map(|next| next.id.as_str());
            if has_ended(run, next) {
                return Self::Ended(slices);
            }
        }
        if slices.is_empty() {
            Self::NotBegun
        } else {
            Self::GoesOn(slices)
        }
    }
}

/// Whether no other run continues this one: the run's record says so, and names the one that does.
fn has_ended(run: &RunRecord, next: Option<&str>) -> bool {
    match &run.state {
        RunState::Unfinished { .. } => false,
        RunState::Succeeded { .. } => true,
        RunState::Failed { cause, .. } => next.is_none_or(|next| *cause != RunState::cause_of_closing(Some(next))),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::jobs::job::Job;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn run(id: &str, state: RunState) -> RunRecord {
        RunRecord {
            id: id.to_owned(),
            job: Job::UserSync,
            started_at: AT,
            state,
            counts: std::collections::BTreeMap::new(),
        }
    }

    fn unfinished(id: &str) -> RunRecord {
        run(id, RunState::Unfinished { lease_until: AT })
    }

    fn well(id: &str) -> RunRecord {
        run(id, RunState::Succeeded { at: AT })
    }

    fn failed(id: &str, cause: &str) -> RunRecord {
        let cause = cause.into();
        run(id, RunState::Failed { at: AT, cause })
    }

    fn carried_on(id: &str, by: &str) -> RunRecord {
        failed(id, &RunState::cause_of_closing(Some(by)))
    }

    fn ids(slices: &[RunRecord]) -> Vec<&str> {
        slices.iter().map(|run| run.id.as_str()).collect()
    }

    #[test]
    fn runs_before_it_are_not_followed() {
        assert_eq!(Followed::from_runs(&[well("1")], Some("1")), Followed::NotBegun);
        let begun = Followed::from_runs(&[unfinished("2"), well("1")], Some("1"));
        assert_eq!(begun, Followed::GoesOn(vec![unfinished("2")]));
        assert_eq!(
            Followed::from_runs(&[well("1")], None),
            Followed::Ended(vec![well("1")])
        );
    }

    #[test]
    fn a_run_that_is_carried_on_ends_with_its_last_slice_and_the_schedules_next_is_not_of_it() {
        let newest_first = [
            well("5"),
            well("4"),
            carried_on("3", "4"),
            carried_on("2", "3"),
            well("1"),
        ];
        let Followed::Ended(slices) = Followed::from_runs(&newest_first, Some("1")) else {
            panic!("it ended")
        };
        assert_eq!(ids(&slices), ["2", "3", "4"]);
    }

    #[test]
    fn a_run_that_was_cut_off_goes_on_until_another_has_carried_it_on() {
        let cut_off = Followed::from_runs(&[unfinished("2")], Some("1"));
        assert!(matches!(cut_off, Followed::GoesOn(_)));
        let next = Followed::from_runs(&[unfinished("3"), carried_on("2", "3")], Some("1"));
        assert!(matches!(&next, Followed::GoesOn(slices) if slices.len() == 2));
    }

    #[test]
    fn a_run_that_failed_or_that_nobody_carries_on_has_ended() {
        for cause in ["status 401".into(), RunState::cause_of_closing(None)] {
            let ended = Followed::from_runs(&[well("3"), failed("2", &cause)], Some("1"));
            assert!(
                matches!(&ended, Followed::Ended(slices) if slices.len() == 1),
                "{ended:?}"
            );
        }
    }
}
