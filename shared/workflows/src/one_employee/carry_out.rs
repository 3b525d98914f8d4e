//! Syncs one employee: the shown plan is carried out under the job's lease, by the code of a run, and read back.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use habitsync_domain::configuration::Status;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::people::problem::Problem;
use habitsync_domain::user_plan::{Action, Step};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::find::Meant;
use super::look::Look;
use super::{OnePerson, PersonFailure, PersonObserver, Reached, ReadBack, SeenPerson};
use crate::jobs::held_lease::{give_back, keep_renewed};
use crate::jobs::outcome::JobFailure;
use crate::ports::clock::{Now, Pause};
use crate::ports::failure::VendorFailure;
use crate::ports::lease::{HoldLease, Lease};
use crate::ports::stores::{PersonStore, WriteStore};
use crate::ports::vendors::{FindEmployee, FindUser, SaveUser};
use crate::user_sync::apply::apply;
use crate::user_sync::write::UserWriter;
use crate::user_sync::{InForce, WriteObserver, WriteOutcome};

/// How long one person may take at most; requests to a vendor in trouble are given up long before.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);

/// Added to the reason in the employee's record of changes, since no recorded run made the change.
const ASKED_FOR: &str = "asked for by an operator, for this person alone";

/// The outcome of syncing one employee.
#[derive(Debug, Clone, PartialEq)]
pub struct Synced {
    /// Who.
    pub employee_id: EmployeeId,
    /// Whether everything that was to be written was.
    pub done: bool,
    /// Refused writes and obstacles.
    pub problems: Vec<Problem>,
    /// The account afterwards; none where nothing was written to it, or it could not be read.
    pub read_back: Option<ReadBack>,
}

/// Whether a draft customer is written to: the call that sets a customer up tries one person before they go live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftRule {
    /// No account of a draft customer is written, as in a run.
    LeaveAlone,
    /// This person is written all the same.
    Write,
}

/// Carries out the plan that was `shown`, if it is still the same. No run is recorded, and nothing counts as one: freshness,
/// counts and back-off of the job stay as they are.
///
/// # Errors
/// The customer is paused or a draft, a run is in progress, the plan has changed, or a failure stops the sync as it would
/// stop a run.
pub async fn sync_person<H, P, S, C, F>(
    one: &OnePerson<'_, H, P, S, C>,
    in_force: InForce<'_>,
    shown: &SeenPerson,
    draft: DraftRule,
    follow: &F,
) -> Result<Synced, PersonFailure>
where
    H: FindEmployee,
    P: FindUser + SaveUser,
    S: PersonStore + WriteStore + HoldLease,
    C: Now + Pause,
    F: PersonObserver,
{
    may_write(in_force.configuration.status, draft)?;
    let now = one.clock.now();
    let holder = format!("only-{}", Uuid::new_v4());
    let held = match one.store.acquire_lease(Job::UserSync, &holder, now).await? {
        Lease::Acquired(held) => held,
        Lease::HeldUntil(until) => return Err(PersonFailure::Running { until }),
    };
    let until = lease::end(now);
    follow.reached(Reached::Leased { until });
    let deadline = now.saturating_add(LONGEST).unwrap_or(Timestamp::MAX);
    let one = one.writing_through(&held);
    let synced = Box::pin(one.sync_under_lease(in_force, shown, deadline, follow));
    let synced = keep_renewed(&held, one.clock, synced).await;
    give_back(&held).await;
    synced?
}

fn may_write(status: Status, draft: DraftRule) -> Result<(), PersonFailure> {
    match (status, draft) {
        (Status::Paused, _) => Err(PersonFailure::Paused),
        (Status::Draft, DraftRule::LeaveAlone) => Err(PersonFailure::Draft),
        (Status::Live, _) | (Status::Draft, DraftRule::Write) => Ok(()),
    }
}

impl<'a, H, P, S, C> OnePerson<'a, H, P, S, C> {
    /// The same, through the handle of the table that holds the job's lease.
    fn writing_through<'b>(&self, held: &'b S) -> OnePerson<'b, H, P, S, C>
    where
        'a: 'b,
    {
        OnePerson {
            employee_connect: self.employee_connect,
            tribal_habits: self.tribal_habits,
            store: held,
            clock: self.clock,
        }
    }
}

impl<H, P, S, C> OnePerson<'_, H, P, S, C>
where
    H: FindEmployee,
    P: FindUser + SaveUser,
    S: PersonStore + WriteStore,
    C: Now,
{
    async fn sync_under_lease<F: PersonObserver>(
        &self,
        in_force: InForce<'_>,
        shown: &SeenPerson,
        deadline: Timestamp,
        follow: &F,
    ) -> Result<Synced, PersonFailure> {
        let meant = Meant::by(shown.employee_id.clone());
        let mut seen = self.look_at(in_force, meant, Look::Again(shown), &()).await?;
        if !is_the_same(&seen.plan.plan.actions, &shown.plan.plan.actions) {
            return Err(PersonFailure::Moved);
        }
        follow.reached(Reached::PlannedAgain);
        for action in &mut seen.plan.plan.actions {
            action.reason = format!("{}; {ASKED_FOR}", action.reason);
        }
        let heard = Heard::by(follow);
        let writing = UserWriter {
            tribal_habits: self.tribal_habits,
            store: self.store,
            clock: self.clock,
            follow: &heard,
        };
        // The portal was read in part: the next run looks for an account that was found unexpectedly.
        let verified = false;
        let applied = apply(&writing, &seen.plan.plan, verified, deadline, &mut JobState::default()).await?;
        if applied.must_look {
            self.let_next_run_look(seen.job).await?;
        }
        let (wrote, written) = heard.into_parts();
        let read_back = self.read_back(&written, follow).await;
        Ok(Synced {
            employee_id: seen.employee_id,
            done: applied.left == 0 && wrote.iter().all(|done| *done == WriteOutcome::Applied),
            problems: applied.problems,
            read_back,
        })
    }

    /// The next run reads the portal's users.
    async fn let_next_run_look(&self, job: JobState) -> Result<(), JobFailure> {
        let job = JobState {
            last_verified_on: None,
            ..job
        };
        Ok(self.store.save_job(Job::UserSync, &job).await?)
    }

    /// The account as it is after the last write; none where nothing was written, or the portal does not answer.
    async fn read_back<F: PersonObserver>(&self, written: &[Action], follow: &F) -> Option<ReadBack> {
        let last = written
            .iter()
            .rfind(|action| !matches!(action.step, Step::Remember { .. }))?;
        let expected = last.person_after(self.clock.now());
        let seen = self.tribal_habits.find_user(&expected.user_name).await.ok()?;
        let read_back = ReadBack::of(&expected, &written_by(&last.step), seen.as_ref());
        follow.reached(Reached::ReadBack(&read_back));
        Some(read_back)
    }
}

/// Whether these are the same steps. Reasons, and when a former name was found to be one, make no difference.
fn is_the_same(now: &[Action], shown: &[Action]) -> bool {
    let timeless = |action: &Action| {
        let mut step = action.step.clone();
        match &mut step {
            Step::Remember { seen, .. } => seen.former_names.clear(),
            Step::Deactivate { before: person, .. }
            | Step::GiveUp { before: person, .. }
            | Step::Change { before: person, .. } => person.former_names.clear(),
            Step::Create(_) => {}
        }
        step
    };
    now.iter().map(timeless).eq(shown.iter().map(timeless))
}

/// The names of what a step writes.
fn written_by(step: &Step) -> BTreeSet<String> {
    let (name, active, fields) = match step {
        Step::Remember { .. } => return BTreeSet::new(),
        Step::Create(user) => (true, true, &user.fields),
        Step::Deactivate { change, .. } | Step::GiveUp { change, .. } | Step::Change { change, .. } => {
            (change.user_name.is_some(), change.active.is_some(), &change.fields)
        }
    };
    let own = [("user_name", name), ("active", active)];
    let own = own
        .into_iter()
        .filter(|(_, is_written)| *is_written)
        .map(|(field, _)| field.to_owned());
    own.chain(fields.0.keys().map(ToString::to_string)).collect()
}

/// Keeps the writes, and passes them on.
struct Heard<'a, F> {
    follow: &'a F,
    ended: Mutex<(Vec<WriteOutcome>, Vec<Action>)>,
}

impl<'a, F> Heard<'a, F> {
    fn by(follow: &'a F) -> Self {
        Self {
            follow,
            ended: Mutex::default(),
        }
    }

    /// How each action ended, and those that were written.
    fn into_parts(self) -> (Vec<WriteOutcome>, Vec<Action>) {
        self.ended.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: WriteObserver> WriteObserver for Heard<'_, F> {
    fn tried(&self, step: &Step, came_of: Result<(), &VendorFailure>) {
        self.follow.tried(step, came_of);
    }

    fn ended(&self, action: &Action, done: &WriteOutcome) {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.0.push(done.clone());
        if *done == WriteOutcome::Applied {
            ended.1.push(action.clone());
        }
        self.follow.ended(action, done);
    }
}
