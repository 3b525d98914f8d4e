//! Everything a plan is made from, read before anything is decided: completely, or not at all.

use std::collections::{BTreeSet, HashSet};

use habitsync_domain::approvals::{Agreement, ApprovalVerdict, Decision};
use habitsync_domain::configuration::Status;
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::people::fields_needed::FieldsNeeded;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::people::roster::Roster;
use habitsync_domain::people::user::PortalUser;
use habitsync_domain::user_plan::{LimitInput, Missing, PlanInput, Unreadable};
use habitsync_domain::vendors::list::{UnusableRecord, VendorList};
use jiff::Timestamp;
use jiff::civil::Date;

use super::InForce;
use crate::jobs::outcome::JobFailure;
use crate::ports::holds::{LoadDecisions, StoredDecisions};
use crate::ports::people::{LoadLastDays, LoadPeople, LoadRejectedWrites, StoredPeople};
use crate::ports::vendors::{FindEmployee, ListEmployees, ListUsers};
use crate::unusable_records::log_unusable;

/// Number of missing employees that are asked for one by one. More of them at once point to a faulty read: their
/// deactivations are held without asking.
const MOST_ASKED: usize = 100;

/// Input of a plan.
pub(crate) struct Read {
    roster: Roster,
    people: StoredPeople,
    missing: Vec<Missing>,
    /// Number of employees on the list, without those that it left out and that were found by number.
    listed: usize,
    decisions: StoredDecisions,
    parked: Vec<RejectedWrites>,
    last_days: Vec<LastDaySeen>,
    /// The portal's users; none where this run does not verify.
    portal: Option<VendorList<PortalUser>>,
}

impl Read {
    pub(crate) fn verifies(&self) -> bool {
        self.portal.is_some()
    }

    pub(crate) fn situation<'a>(
        &'a self,
        in_force: InForce<'a>,
        remembered: &'a JobState,
        now: Timestamp,
    ) -> PlanInput<'a> {
        // A draft writes nothing: its plan shows the changes to be agreed to at go-live.
        let is_draft = in_force.configuration.status == Status::Draft;
        let agreed = if is_draft {
            Some(Agreement::to_any_number(now))
        } else {
            remembered.agreed(in_force.agreed)
        };
        PlanInput {
            configuration: in_force.configuration,
            roster: &self.roster,
            people: &self.people.people,
            missing: &self.missing,
            rejected_writes: &self.parked,
            last_days: &self.last_days,
            portal: self.portal.as_ref().map(|portal| portal.records.as_slice()),
            unreadable: Unreadable {
                accounts: self.portal.as_ref().map_or(&[], |portal| portal.unusable.as_slice()),
                links: &self.people.unreadable,
                decisions: &self.decisions.unreadable,
            },
            limit_input: LimitInput {
                version: in_force.decides_since,
                decisions: &self.decisions.decisions,
                listed: u64::try_from(self.listed).unwrap_or(u64::MAX),
                last_good_read: remembered.last_good_read,
                baseline: Some(&remembered.baseline),
                lost_sources: &[],
                holds_fields: false,
                verified_at: remembered.last_verified_at,
                agreed,
                unsaved_write: remembered.unsaved_write,
            },
            now,
        }
    }

    /// Records without an employee id: the vendor's fault; operators are alerted.
    pub(super) fn records_without_id(&self) -> usize {
        self.roster.without_id()
    }

    /// Accounts of the portal that cannot be read.
    pub(super) fn unusable_accounts(&self) -> Vec<UnusableRecord> {
        self.portal
            .as_ref()
            .map_or_else(Vec::new, |portal| portal.unusable.clone())
    }
}

/// Sources of a plan's input.
#[derive(Debug)]
pub(crate) struct Sources<'a, H, P, S> {
    pub(crate) employee_connect: &'a H,
    pub(crate) tribal_habits: &'a P,
    pub(crate) store: &'a S,
}

impl Read {
    /// The custom fields that the portal's users show; none where there are no users, or this run does not verify.
    pub(crate) fn portal_fields(&self) -> Option<BTreeSet<String>> {
        let users = self.portal.as_ref().filter(|users| !users.records.is_empty())?;
        let names = users.records.iter().flat_map(|user| user.fields.0.keys());
        Some(names.filter(|name| name.is_custom()).map(ToString::to_string).collect())
    }

    /// The custom fields that at least one employee has.
    pub(crate) fn custom_fields(&self) -> &BTreeSet<String> {
        &self.roster.custom_fields
    }
}

impl<H, P, S> Sources<'_, H, P, S>
where
    H: ListEmployees + FindEmployee,
    P: ListUsers,
    S: LoadPeople + LoadRejectedWrites + LoadLastDays + LoadDecisions,
{
    /// Reads a run's input on the customer's day `today`. The portal's users are read in the first run of the day, and
    /// while no employee is linked.
    pub(crate) async fn read(
        &self,
        needed: &FieldsNeeded,
        remembered: &JobState,
        today: Date,
    ) -> Result<Read, JobFailure> {
        let mut roster = self.employee_connect.list_employees(needed).await?;
        log_unusable("employees", &roster.unusable);
        if roster.is_empty() {
            let nobody = "EmployeeConnect listed no employees at all".to_owned();
            return Err(JobFailure::NotCredible(nobody));
        }
        let listed = roster.len();
        let people = self.store.load_people().await?;
        let decisions = self.store.load_decisions().await?;
        let missing = self
            .ask_for_missing(&mut roster, &people.people, &decisions.decisions)
            .await?;
        let verifies = people.people.is_empty() || remembered.last_verified_on != Some(today);
        let portal = if verifies {
            Some(self.tribal_habits.list_users().await?)
        } else {
            None
        };
        Ok(Read {
            roster,
            people,
            missing,
            listed,
            decisions,
            last_days: self.store.load_last_days().await?,
            parked: rejected_writes(self.store.load_parked().await?, remembered.retry_from),
            portal,
        })
    }

    /// Asks EmployeeConnect for each linked, active employee who is missing from the read. An employee who exists after
    /// all joins the roster; one whom EmployeeConnect does not know is confirmed as vanished; any other answer confirms
    /// nothing.
    async fn ask_for_missing(
        &self,
        roster: &mut Roster,
        people: &[Person],
        decisions: &[Decision],
    ) -> Result<Vec<Missing>, JobFailure> {
        let absent: Vec<_> = roster.absent(people).cloned().collect();
        // A record without an id may be any employee's, and so many at once are no coincidence.
        let without_id = roster.without_id();
        let is_credible = without_id == 0 && absent.len() <= MOST_ASKED;
        let approved = approved(decisions);
        // Each approved deactivation has to be confirmed once more, however many there are.
        let is_asked = |id: &EmployeeId| is_credible || (without_id == 0 && approved.contains(id));
        let (asked, unasked): (Vec<_>, Vec<_>) = absent.into_iter().partition(is_asked);
        let unasked = unasked.into_iter().map(|employee_id| Missing {
            employee_id,
            confirmed: false,
        });
        let mut missing: Vec<_> = unasked.collect();
        for employee_id in asked {
            match self.employee_connect.find_employee(&employee_id).await {
                Ok(Some(employee)) => roster.employees.push(employee),
                Ok(None) => missing.push(Missing {
                    employee_id,
                    confirmed: true,
                }),
                Err(failure) if failure.is_about_access() => return Err(failure.into()),
                Err(_) => missing.push(Missing {
                    employee_id,
                    confirmed: false,
                }),
            }
        }
        Ok(missing)
    }
}

/// Returns the rejected writes; those from before an operator's request for a run no longer back off.
pub(crate) fn rejected_writes(parked: Vec<RejectedWrites>, asked: Option<Timestamp>) -> Vec<RejectedWrites> {
    let again = |parked: RejectedWrites| match asked {
        Some(asked) => parked.tried_again_from(asked),
        None => parked,
    };
    parked.into_iter().map(again).collect()
}

fn approved(decisions: &[Decision]) -> HashSet<&EmployeeId> {
    let approved = decisions
        .iter()
        .filter(|decision| decision.made.verdict == ApprovalVerdict::Approved);
    approved.map(|decision| &decision.employee_id).collect()
}
