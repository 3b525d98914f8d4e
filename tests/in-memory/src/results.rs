//! One customer's results.

use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::jobs::lease::FencingNumber;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use jiff::Timestamp;

use crate::faults::Call;
use crate::table::{Table, TableState, WaitingResult};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;
use habitsync_workflows::ports::results::{
    Claim, ClaimResult, FindResult, KnownResult, LookUpResult, ReleaseResults, SettleResult,
};

impl ClaimResult for Table {
    async fn claim_result(
        &self,
        completion: &Completion,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Claim, ServiceFailure> {
        let claim = || {
            let mut state = self.state();
            let claim = state.claim(completion, now, until);
            if matches!(claim, Claim::Ours { .. }) {
                state.claimed_by.insert(completion.enrolment, self.process);
            }
            Ok(claim)
        };
        self.faults.call(Call::ClaimResult, claim).await
    }
}

impl TableState {
    fn claim(&mut self, completion: &Completion, now: Timestamp, until: Timestamp) -> Claim {
        let before = self
            .results
            .get(&completion.enrolment)
            .map(|stored| stored.record.clone());
        match before.as_ref().map(|record| &record.state) {
            Some(ResultState::Claimed { until } | ResultState::Waiting { due_at: until, .. }) if *until > now => {
                return Claim::HeldUntil(*until);
            }
            Some(state @ (ResultState::Recorded { .. } | ResultState::Dead { .. })) => {
                return Claim::Settled(state.clone());
            }
            _ => {}
        }
        let stored = before.as_ref().map(|record| &record.completion);
        let record = ResultRecord {
            completion: stored.unwrap_or(completion).clone(),
            state: ResultState::Claimed { until },
            attempts: before.as_ref().map_or(0, |record| record.attempts) + 1,
        };
        let due_at = Some(until);
        self.unsent_since.entry(completion.enrolment).or_insert(now);
        self.results
            .insert(completion.enrolment, WaitingResult { record, due_at });
        self.claimed += 1;
        let claim = FencingNumber(self.claimed);
        self.claims.insert(completion.enrolment, claim);
        Claim::Ours { before, claim }
    }
}

impl SettleResult for Table {
    async fn settle_result(&self, record: &ResultRecord, claim: FencingNumber) -> Result<(), SaveFailure> {
        let settle = || {
            let due_at = match &record.state {
                ResultState::Claimed { until: due_at }
                | ResultState::Waiting { due_at, .. }
                | ResultState::Unconfirmed { due_at, .. } => Some(*due_at),
                ResultState::Parked { .. }
                | ResultState::Recorded { .. }
                | ResultState::Ignored { .. }
                | ResultState::Dead { .. } => None,
            };
            let record = record.clone();
            let enrolment = record.completion.enrolment;
            let mut state = self.state();
            if state.claims.get(&enrolment) != Some(&claim) {
                return Err(SaveFailure::LeaseLost);
            }
            state.claims.remove(&enrolment);
            if state.index_lags {
                state.unlisted.insert(enrolment);
            }
            if due_at.is_none() {
                state.unsent_since.remove(&enrolment);
            }
            state.results.insert(enrolment, WaitingResult { record, due_at });
            Ok(())
        };
        self.faults.call(Call::SettleResult, settle).await
    }
}

impl FindResult for Table {
    async fn find_result(&self, enrolment: EnrolmentId) -> Result<Option<ResultRecord>, ServiceFailure> {
        let find = || Ok(self.state().results.get(&enrolment).map(|stored| stored.record.clone()));
        self.faults.call(Call::FindResult, find).await
    }
}

impl LookUpResult for Table {
    async fn look_up_result(&self, enrolment: EnrolmentId) -> Result<KnownResult, ServiceFailure> {
        let look_up = || {
            let state = self.state();
            Ok(match state.results.get(&enrolment) {
                None => KnownResult::Nothing,
                Some(_) if state.unreadable.contains(&enrolment) => KnownResult::Unreadable,
                Some(stored) => KnownResult::Record(stored.record.clone()),
            })
        };
        self.faults.call(Call::FindResult, look_up).await
    }
}

impl ReleaseResults for Table {
    async fn release_results(&self, parked_on: &ParkedOn, now: Timestamp) -> Result<u64, ServiceFailure> {
        let release = || {
            let mut state = self.state();
            let all = state.results.values().map(|stored| &stored.record);
            let meant = all.filter(|record| record.is_released_by(parked_on));
            let meant = meant.map(|record| record.completion.enrolment);
            let is_listed =
                |enrolment: &EnrolmentId| !state.unlisted.contains(enrolment) && !state.unindexed.contains(enrolment);
            let listed: Vec<_> = meant.filter(is_listed).collect();
            let released = listed
                .iter()
                .filter(|enrolment| state.release(**enrolment, now))
                .count();
            Ok(released as u64)
        };
        self.faults.call(Call::ReleaseResults, release).await
    }

    async fn release_result(&self, enrolment: EnrolmentId, now: Timestamp) -> Result<bool, ServiceFailure> {
        let release = || Ok(self.state().release(enrolment, now));
        self.faults.call(Call::ReleaseResult, release).await
    }
}

impl TableState {
    /// Makes a parked or ignored result due; false where it is neither any more.
    fn release(&mut self, enrolment: EnrolmentId, now: Timestamp) -> bool {
        let parked = self.results.get_mut(&enrolment);
        let is_released =
            |state: &ResultState| matches!(state, ResultState::Parked { .. } | ResultState::Ignored { .. });
        let parked = parked.filter(|stored| is_released(&stored.record.state));
        let Some(stored) = parked else { return false };
        stored.record.state = ResultState::Waiting {
            cause: "what it waited for is there".to_owned(),
            due_at: now,
        };
        stored.due_at = Some(now);
        self.unsent_since.insert(enrolment, now);
        true
    }
}
