//! The journal of calls and the failures armed for them.

use std::collections::VecDeque;

use parking_lot::Mutex;

use habitsync_workflows::ports::failure::{ServiceFailure, Vendor, VendorFailure, VendorFailureKind};

/// One method of one port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named like the method it stands for")]
pub enum Call {
    AcquireLease,
    AddResult,
    ChangeBreaker,
    ChangeCourse,
    ChangeIncident,
    ChangeUser,
    ClaimResult,
    CloseHold,
    CountDead,
    CountHolds,
    CountOpenBreakers,
    CountSetAside,
    CountUnsent,
    CreateCourse,
    CreateUser,
    FindCompletion,
    FindCourse,
    FindEmployee,
    FindGoLive,
    FindHeldBack,
    FindLease,
    FindPerson,
    FindResult,
    FindSummary,
    FindTopic,
    FindUser,
    HasStopped,
    IndexResult,
    ForgetDecision,
    ForgetLastDay,
    IsRecorded,
    ListCompletions,
    ListDueHolds,
    ListDead,
    ListDueProbes,
    ListDueReminders,
    ListDueResults,
    ListEmployees,
    ListIncidents,
    ListOpenRuns,
    ListResults,
    ListRuns,
    ListParked,
    ListSummaries,
    ListStopped,
    ListTenants,
    ListTopics,
    ListUnindexed,
    ListUnfinishedRuns,
    ListUsers,
    ListWaiting,
    LoadAlert,
    LoadBreaker,
    LoadChanges,
    LoadConfiguration,
    LoadDecisions,
    LoadHold,
    LoadJob,
    LoadLastDays,
    LoadParked,
    LoadPeople,
    LoadPerson,
    LoadStanding,
    LoadTopics,
    MarkCourseBroken,
    LoadWebhookSecrets,
    NoteWord,
    PostponeHold,
    NoteReminded,
    PostponeProbe,
    PostponeReminder,
    PostponeResult,
    PostponeRun,
    QueueCompletion,
    ReceiveFeedback,
    RecordResult,
    ReleaseLease,
    RenewLease,
    ReleaseResult,
    ReleaseResults,
    ReloadWebhookSecrets,
    RemoveSchedule,
    ReplaceLink,
    ReviveResult,
    SaveAlert,
    SaveConfiguration,
    SaveDecisions,
    SaveHold,
    SaveJob,
    SaveLastDay,
    SaveParked,
    SavePerson,
    SaveRun,
    SaveSchedule,
    SaveSecret,
    SaveTold,
    SaveStanding,
    SaveTopic,
    SendMail,
    SettleFeedback,
    SettleResult,
    StartJob,
    SupersedeRuns,
}

impl Call {
    /// Whether the call changes something.
    fn is_write(self) -> bool {
        let name = format!("{self:?}");
        let reads = [
            "Count",
            "Find",
            "HasStopped",
            "IsRecorded",
            "List",
            "Load",
            "Reload",
            "Receive",
        ];
        !reads.iter().any(|read| name.starts_with(read))
    }
}

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault<E> {
    /// Nothing was done.
    Before(E),
    /// It was done, and the caller does not learn it.
    After(E),
    /// The program panics.
    Panics,
}

/// The calls made, and the failures armed for the next ones.
#[derive(Debug)]
pub struct Faults<E> {
    armed: Mutex<VecDeque<Armed<E>>>,
    /// How many writes succeed until the one whose answer is lost, and the failure that its caller gets instead.
    lost: Mutex<Option<(usize, E)>>,
    made: Mutex<Vec<Call>>,
}

#[derive(Debug, Clone)]
struct Armed<E> {
    call: Call,
    successes_first: usize,
    fault: Fault<E>,
}

impl<E> Default for Faults<E> {
    fn default() -> Self {
        Self {
            armed: Mutex::default(),
            lost: Mutex::new(None),
            made: Mutex::default(),
        }
    }
}

impl<E> Faults<E> {
    /// The next call of this kind fails; several armed for one kind fail one after the other.
    pub fn arm(&self, call: Call, fault: Fault<E>) {
        self.arm_after(0, call, fault);
    }

    /// The call of this kind after so many that succeed fails, counted from the one armed for it before.
    pub fn arm_after(&self, successes_first: usize, call: Call, fault: Fault<E>) {
        self.armed.lock().push_back(Armed {
            call,
            successes_first,
            fault,
        });
    }

    /// Lets the first `successes_first` writes succeed; the next one, of any kind, has its effect, and its answer is
    /// lost.
    pub fn lose_answer_after(&self, successes_first: usize, failure: E) {
        *self.lost.lock() = Some((successes_first, failure));
    }

    /// Whether the answer that was to be lost has been.
    pub fn has_lost_answer(&self) -> bool {
        self.lost.lock().is_none()
    }

    /// Drops armed failures that have not happened yet.
    pub fn disarm(&self) {
        self.armed.lock().clear();
    }

    /// How often this was called, failed calls included.
    pub fn count(&self, call: Call) -> usize {
        self.made.lock().iter().filter(|made| **made == call).count()
    }

    /// Every call, in order.
    pub fn made(&self) -> Vec<Call> {
        self.made.lock().clone()
    }

    /// Failures that are armed and have not been met.
    pub fn still_armed(&self) -> usize {
        self.armed.lock().len()
    }

    /// Makes a call: notes it, lets others have a turn, and has the effect, unless a failure is armed.
    pub(crate) async fn call<T, F: From<E>>(
        &self,
        call: Call,
        effect: impl FnOnce() -> Result<T, F> + Send,
    ) -> Result<T, F> {
        tokio::task::yield_now().await;
        self.made.lock().push(call);
        match self.take(call).or_else(|| self.take_lost(call)) {
            None => effect(),
            Some(Fault::Before(failure)) => Err(failure.into()),
            Some(Fault::Panics) => panic!("a call panics, as a test asked for"),
            Some(Fault::After(failure)) => effect().and(Err(failure.into())),
        }
    }

    fn take_lost(&self, call: Call) -> Option<Fault<E>> {
        let mut lost = self.lost.lock();
        let (successes_first, _) = lost.as_mut().filter(|_| call.is_write())?;
        if *successes_first > 0 {
            *successes_first -= 1;
            return None;
        }
        lost.take().map(|(_, failure)| Fault::After(failure))
    }

    fn take(&self, call: Call) -> Option<Fault<E>> {
        let mut armed = self.armed.lock();
        let index = armed.iter().position(|armed| armed.call == call)?;
        let next = armed.get_mut(index)?;
        if next.successes_first > 0 {
            next.successes_first -= 1;
            return None;
        }
        armed.remove(index).map(|armed| armed.fault)
    }
}

/// A failure of a vendor.
#[must_use]
pub fn vendor_failure(vendor: Vendor, kind: VendorFailureKind) -> VendorFailure {
    VendorFailure {
        vendor,
        kind,
        detail: "armed by a test".to_owned(),
    }
}

/// The kind of failure of a vendor that does not answer; `may_have_happened` when the request may have had its effect.
#[must_use]
pub const fn unavailable(may_have_happened: bool) -> VendorFailureKind {
    VendorFailureKind::Unavailable { may_have_happened }
}

/// A failure of one of our own services that may pass.
#[must_use]
pub fn service_failure() -> ServiceFailure {
    ServiceFailure {
        service: "memory",
        retryable: true,
        detail: "armed by a test".to_owned(),
    }
}
