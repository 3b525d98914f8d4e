//! Ports in groups, one for each use case: what a use case reads and writes of a store, in one bound.

use super::breaker::KeepBreaker;
use super::courses::{FindTopic, LoadTopics, MarkCourseBroken, SaveTopic};
use super::fleet::{ListDue, ListParked, PostponeDue};
use super::holds::{
    ForgetDecision, ListDueHolds, LoadDecisions, LoadHold, RecordPlanDecision, SaveDecisions, SaveHold,
};
use super::incidents::{KeepIncident, ListIncidents};
use super::lease::HoldLease;
use super::mail::ListStopped;
use super::people::{
    FindPersonByUserName, LoadChanges, LoadLastDays, LoadPeople, LoadPerson, LoadRejectedWrites, ReplaceLink,
    SaveLastDay, SavePerson, SaveRejectedWrites,
};
use super::result_list::{IndexGivenUp, ListDead, ListWaiting, ReviveResult};
use super::results::{ClaimResult, LookUpResult, ReleaseResults, SettleResult};
use super::runs::{ListRuns, SaveJobState, SaveRun};
use super::summary::{CountByCustomer, CountWaiting, ListSummaries, SaveAlertLog};
use super::tenants::FindGoLive;

/// Declares a port that every store with all of these ports has.
macro_rules! group {
    ($(#[$doc:meta])* $name:ident: $first:ident $(+ $more:ident)*) => {
        $(#[$doc])*
        pub trait $name: $first $(+ $more)* {}

        impl<S> $name for S where S: $first $(+ $more)* {}
    };
}

group! {
    /// What a plan of a user sync is made from.
    PlanStore: LoadPeople + LoadRejectedWrites + LoadLastDays + LoadDecisions + SaveJobState
}
group! {
    /// What carrying out a plan writes.
    WriteStore: SavePerson + SaveRejectedWrites + SaveLastDay + ReleaseResults
}
group! {
    /// The changes that wait for approval, as a run leaves them.
    HoldStore: LoadHold + SaveHold + ForgetDecision
}
group! {
    /// The changes that wait for approval, and operators' decisions about them.
    DecisionStore: LoadHold + LoadDecisions + SaveDecisions + RecordPlanDecision + SaveJobState
}
group! {
    /// What a user sync reads and writes of its customer's table, apart from the run's own record.
    UserSyncStore: PlanStore + WriteStore + HoldStore
}
group! {
    /// The record of a run, under its job's lease.
    RunStore: HoldLease + SaveRun
}
group! {
    /// Everything that is known of one employee.
    PersonStore: PlanStore + LoadPerson + FindPersonByUserName + LoadHold + LoadChanges
}
group! {
    /// The link between an employee and an account.
    LinkStore: LoadPerson + FindPersonByUserName + SavePerson + ReplaceLink + SaveRejectedWrites
}
group! {
    /// The topics of a customer and their courses.
    CourseStore: LoadTopics + SaveTopic + ReleaseResults
}
group! {
    /// What waits in the fleet, counted.
    FleetCounts: ListIncidents + CountWaiting + CountByCustomer + ListDueHolds
}
group! {
    /// What one customer's status is read from.
    CustomerRecords: ListRuns + ListWaiting + ListDead + KeepBreaker + ListStopped
}
group! {
    /// The items of the fleet that are due.
    DueStore: ListDue + ListParked + PostponeDue + ListDueHolds
}
group! {
    /// What the operators' alerts are made from.
    FleetHealthStore: ListSummaries + ListIncidents + KeepIncident + SaveAlertLog + CountWaiting
}
group! {
    /// Where completions go: their courses and employees.
    DestinationStore: FindTopic + FindPersonByUserName + SaveJobState + Sync
}
group! {
    /// What pushing a result reads and writes.
    ResultStore: ClaimResult + SettleResult + ReleaseResults + KeepBreaker + DestinationStore + MarkCourseBroken
}
group! {
    /// What a result sweep reads and writes.
    SweepStore: LookUpResult + ReleaseResults + ListDead + IndexGivenUp + ReviveResult + DestinationStore + FindGoLive
        + LoadPerson
}
