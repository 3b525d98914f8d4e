//! Records a result in EmployeeConnect: with quick tries while it answers, and as its breaker allows when it does not.
//!
//! How long this may hold a pusher is bounded: a request is given up after five seconds, none is begun that could not end in
//! time, and a vendor that hangs is left alone as soon as any pusher has seen the breaker open.

use std::time::Duration;

use habitsync_domain::identity::CourseId;
use habitsync_domain::jobs::lease;
use habitsync_domain::results::breaker::{Admission, Breaker, CallOutcome};
use habitsync_domain::results::result::{NewResult, ParkedOn};
use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use crate::ports::breaker::{KeepBreaker, StoredBreaker};
use crate::ports::clock::{Now, Pause};
use crate::ports::failure::{ServiceFailure, Vendor, VendorFailure, VendorFailureKind};
use crate::ports::results::ReleaseResults;
use crate::ports::vendors::RecordResult;

/// The waits before the quick tries of one attempt.
const QUICK_TRIES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// What a try and the settling after it may take: no quick try begins later than this before the deadline.
const ROOM: SignedDuration = SignedDuration::from_secs(10);

/// How often a change of the breaker is tried again after another process changed it first.
const CHANGES_TRIED: u32 = 20;

/// One customer's way of recording results.
pub(crate) struct Recorder<'a, Table, Hris, Clock> {
    /// Where the breaker is kept.
    pub(crate) table: &'a Table,
    /// EmployeeConnect.
    pub(crate) hris: &'a Hris,
    /// Time.
    pub(crate) clock: &'a Clock,
    /// When this invocation ends.
    pub(crate) deadline: Timestamp,
}

/// The outcome of recording.
pub(crate) enum Recording {
    /// It is in EmployeeConnect.
    Done,
    /// It may not be.
    Failed(VendorFailure),
    /// EmployeeConnect was not called: it has not been answering.
    HeldBack,
}

/// How a call was admitted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Admitted {
    /// Freely; whether the call before it met with silence.
    Freely { after_silence: bool },
    /// As the one probe.
    AsProbe,
}

impl<Table, Hris, Clock> Recorder<'_, Table, Hris, Clock>
where
    Table: KeepBreaker + ReleaseResults,
    Hris: RecordResult,
    Clock: Now + Pause,
{
    /// Records the result. With `look_first` it may be there already.
    pub(crate) async fn record(
        &self,
        course: &CourseId,
        result: &NewResult,
        look_first: bool,
    ) -> Result<Recording, ServiceFailure> {
        let Some(admitted) = self.admit().await? else {
            return Ok(Recording::HeldBack);
        };
        Ok(match self.try_thrice(admitted, course, result, look_first).await {
            Ok(()) => Recording::Done,
            Err(failure) => Recording::Failed(failure),
        })
    }

    /// Whether only a probe may call, and not yet.
    pub(crate) async fn is_held_back(&self) -> Result<bool, ServiceFailure> {
        let stored = self.table.load_breaker().await?;
        let admission = stored.breaker.admits(self.clock.now(), self.deadline);
        Ok(matches!(admission, Admission::HeldBack { .. }))
    }

    /// How EmployeeConnect may be called, if it may.
    async fn admit(&self) -> Result<Option<Admitted>, ServiceFailure> {
        let seen = self.table.load_breaker().await?;
        Ok(match seen.breaker.admits(self.clock.now(), self.deadline) {
            Admission::Free => Some(Admitted::Freely {
                after_silence: seen.breaker != Breaker::default(),
            }),
            Admission::Probe(probed) => {
                let is_ours = self.table.change_breaker(&seen, probed).await?;
                is_ours.then_some(Admitted::AsProbe)
            }
            Admission::HeldBack { .. } => None,
        })
    }

    /// Tries, and tries again as long as that may help. After a failure that may have had its effect it looks before it
    /// writes.
    async fn try_thrice(
        &self,
        mut admitted: Admitted,
        course: &CourseId,
        result: &NewResult,
        mut look_first: bool,
    ) -> Result<(), VendorFailure> {
        let mut quick_tries = QUICK_TRIES.into_iter();
        let mut sent: Option<VendorFailure> = None;
        loop {
            let tried = self.look_and_record(course, result, look_first).await;
            let is_left_alone = self.note(&mut admitted, &tried).await;
            let Err(failure) = tried else {
                return Ok(());
            };
            // A try that was never made does not undo one that was, and may have had its effect.
            let failure = match sent.take() {
                Some(earlier) if failure.kind == VendorFailureKind::NoTimeLeft => earlier,
                _ => failure,
            };
            let wait = quick_tries
                .next()
                .filter(|wait| !is_left_alone && self.may_try_again(&failure, *wait));
            let Some(wait) = wait else {
                return Err(failure);
            };
            look_first |= failure.may_have_happened();
            sent = Some(failure.clone()).filter(|failure| failure.kind != VendorFailureKind::NoTimeLeft);
            self.clock.pause(wait).await;
            // Others call meanwhile, and may have learned that it is of no use.
            if self.has_opened().await {
                return Err(failure);
            }
        }
    }

    async fn has_opened(&self) -> bool {
        self.table
            .load_breaker()
            .await
            .is_ok_and(|stored| stored.breaker.is_open())
    }

    async fn look_and_record(&self, course: &CourseId, result: &NewResult, look: bool) -> Result<(), VendorFailure> {
        self.must_hold_claim()?;
        if look && self.hris.is_recorded(course, result).await? {
            return Ok(());
        }
        self.must_hold_claim()?;
        self.hris.record_result(course, result).await.map(drop)
    }

    /// No request starts so near the end of the claim that another push may have taken it over before the answer.
    fn must_hold_claim(&self) -> Result<(), VendorFailure> {
        if self.clock.time_until(self.deadline) > lease::RESERVE {
            return Ok(());
        }
        Err(VendorFailure {
            vendor: Vendor::EmployeeConnect,
            kind: VendorFailureKind::NoTimeLeft,
            detail: "the claim is about to end".to_owned(),
        })
    }

    fn may_try_again(&self, failure: &VendorFailure, wait: Duration) -> bool {
        let asked_to_wait_longer = matches!(failure.kind, VendorFailureKind::RateLimited(asked) if asked > wait);
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let in_time = self.clock.time_until(self.deadline) > wait.saturating_add(ROOM);
        failure.is_retryable() && !asked_to_wait_longer && in_time
    }

    /// Reports the outcome of a try to the breaker, and returns whether EmployeeConnect is to be left alone now. An outcome
    /// that cannot be stored costs another push a call; the result itself is not affected.
    async fn note(&self, admitted: &mut Admitted, tried: &Result<(), VendorFailure>) -> bool {
        let heard = tried
            .as_ref()
            .map_or_else(VendorFailure::outcome, |()| CallOutcome::Responded);
        let is_news = match (*admitted, heard) {
            (_, CallOutcome::Inconclusive) => false,
            (Admitted::Freely { after_silence }, CallOutcome::Responded) => after_silence,
            (Admitted::AsProbe, CallOutcome::Responded) | (_, CallOutcome::NoResponse) => true,
        };
        let is_open = if is_news {
            self.note_outcome(*admitted, heard).await.unwrap_or_else(|failure| {
                warn!(error = %failure, "the breaker was not told");
                false
            })
        } else {
            false
        };
        let is_left_alone = is_open || *admitted == Admitted::AsProbe;
        if let Admitted::Freely { after_silence } = admitted {
            *after_silence |= heard == CallOutcome::NoResponse;
        }
        is_left_alone
    }

    /// Whether the breaker is open afterwards.
    async fn note_outcome(&self, admitted: Admitted, heard: CallOutcome) -> Result<bool, ServiceFailure> {
        for _ in 0..CHANGES_TRIED {
            let (seen, now) = (self.table.load_breaker().await?, self.clock.now());
            let next = match admitted {
                Admitted::Freely { .. } => seen.breaker.after_call(heard, now),
                Admitted::AsProbe => seen.breaker.after_probe(heard, now),
            };
            if next == seen.breaker {
                return Ok(next.is_open());
            }
            if self.table.change_breaker(&seen, next).await? {
                let version = seen.version + 1;
                self.changed(StoredBreaker { breaker: next, version }, now).await?;
                return Ok(next.is_open());
            }
        }
        Ok(self.table.load_breaker().await?.breaker.is_open())
    }

    /// Results that were held back are due as soon as EmployeeConnect answers. Until all of them are, the breaker says so:
    /// should this invocation end before, the next one continues.
    async fn changed(&self, stored: StoredBreaker, now: Timestamp) -> Result<(), ServiceFailure> {
        match stored.breaker {
            Breaker::Open { failed_probes: 0, .. } => {
                warn!("EmployeeConnect does not answer: this customer's results wait for a probe");
            }
            Breaker::Releasing { .. } => {
                self.table.release_results(&ParkedOn::EmployeeConnect, now).await?;
                self.table.change_breaker(&stored, Breaker::default()).await?;
            }
            Breaker::Open { .. } | Breaker::Closed { .. } => {}
        }
        Ok(())
    }
}
