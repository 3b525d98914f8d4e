//! The names of attributes, of kinds of what waits, and of the beginnings of sort keys.

use habitsync_domain::identity::{TopicId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::result::IgnoredBecause;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

/// Name of the partition key.
pub(in crate::dynamodb) const PK: &str = "pk";
/// Name of the sort key.
pub(in crate::dynamodb) const SK: &str = "sk";
/// Version of the item's shape.
pub(in crate::dynamodb) const SCHEMA: &str = "schema";
/// Time after which `DynamoDB` may remove the item, in seconds since 1970; compared in code too.
pub(in crate::dynamodb) const EXPIRES_AT: &str = "expires_at";
/// The sparse index, and its two keys.
pub(in crate::dynamodb) const DUE_INDEX: &str = "due";
/// Kind of the due item.
pub(in crate::dynamodb) const DUE_KIND: &str = "due_kind";
/// Time since or from which the item is due, RFC 3339 in UTC with milliseconds, so that text order is time order.
pub(in crate::dynamodb) const DUE_AT: &str = "due_at";
/// The domain's own form of the item.
pub(in crate::dynamodb) const BODY: &str = "body";

/// State of a result or a run, which conditions compare.
pub(in crate::dynamodb) const STATUS: &str = "status";
/// A result's completion, its state as the domain has it, and its number of attempts.
pub(in crate::dynamodb) const COMPLETION: &str = "completion";
/// See [`COMPLETION`].
pub(in crate::dynamodb) const STATE: &str = "state";
/// See [`COMPLETION`].
pub(in crate::dynamodb) const ATTEMPTS: &str = "attempts";
/// Until when a claim or a lease holds, in milliseconds since 1970.
pub(in crate::dynamodb) const HELD_UNTIL: &str = "held_until";
/// The fencing number of a lease, or of a claim: it grows with each acquisition, and stays.
pub(in crate::dynamodb) const FENCE: &str = "fence";
/// The claim or change that was written last: one whose answer was lost recognises itself by it.
pub(in crate::dynamodb) const TOKEN: &str = "token";
/// Holder of a lease.
pub(in crate::dynamodb) const HOLDER: &str = "holder";
/// The time of a budget's next free slot, in microseconds since 1970.
pub(in crate::dynamodb) const NEXT_SLOT: &str = "next_slot";
/// Until when a vendor refuses everything, for an operator's eyes; [`NEXT_SLOT`] is what holds requests back.
pub(in crate::dynamodb) const BLOCKED_UNTIL: &str = "blocked_until";
/// A configuration's number, its text and when it was applied.
pub(in crate::dynamodb) const VERSION: &str = "version";
/// See [`VERSION`].
pub(in crate::dynamodb) const SOURCE: &str = "source";
/// See [`VERSION`].
pub(in crate::dynamodb) const APPLIED_AT: &str = "applied_at";
pub(in crate::dynamodb) const AGREED: &str = "agreed";
pub(in crate::dynamodb) const DECIDES_SINCE: &str = "decides_since";
/// The customer's name on the summary row.
pub(in crate::dynamodb) const NAME: &str = "name";
/// The customer's own status (draft, live, paused) on the summary row.
pub(in crate::dynamodb) const TENANT_STATUS: &str = "tenant_status";
/// Time at which the customer's configuration first was live, on the summary row.
pub(in crate::dynamodb) const LIVE_SINCE: &str = "live_since";

/// Decisions about a pending plan, oldest first.
pub(in crate::dynamodb) const WORDS: &str = "words";
/// The plan in which a decision was made, for an operator's eyes.
pub(in crate::dynamodb) const PLAN: &str = "plan";
/// Times at which the jobs are due, on the summary row.
pub(in crate::dynamodb) const TIMETABLE: &str = "timetable";
/// The operators' alert log of the customer, on the summary row.
pub(in crate::dynamodb) const TOLD: &str = "told";
/// Number of the customer's parked results, on the summary row.
pub(in crate::dynamodb) const PARKED: &str = "parked";
/// Number of the customer's ignored results, on the summary row.
pub(in crate::dynamodb) const IGNORED: &str = "ignored";
/// Time since which an unrecorded result could have been recorded.
pub(in crate::dynamodb) const UNSENT_SINCE: &str = "unsent_since";

/// Number of characters of a user name in the sort key of an ignored result: a sort key has at most 1,024 bytes.
const LONGEST_IN_PLACE: usize = 200;

/// The partition of what belongs to the whole fleet.
pub(super) const FLEET: &str = "FLEET";

/// Results to be tried again.
pub(in crate::dynamodb) const DUE_RESULT: &str = "result";
/// Runs that have work left.
pub(in crate::dynamodb) const DUE_RUN: &str = "run";
/// Open breakers, to be probed.
pub(in crate::dynamodb) const DUE_BREAKER: &str = "breaker";
/// Alerts of which customers are to be reminded.
pub(in crate::dynamodb) const DUE_ALERT: &str = "alert";

/// Results that are dead.
pub(in crate::dynamodb) const DUE_DEAD: &str = "dead";
/// Pending approvals without a decision, by the time when operators are alerted again.
pub(in crate::dynamodb) const DUE_HOLD: &str = "hold";

/// The kind under which a customer's parked results wait.
pub(in crate::dynamodb) fn due_parked(tenant: &TenantId) -> String {
    format!("parked#{tenant}")
}

/// The kind under which a customer's results are listed that are ignored for this reason.
pub(in crate::dynamodb) fn due_ignored(tenant: &TenantId, reason: IgnoredBecause) -> String {
    format!("ignored#{tenant}#{}", reason.as_str())
}

/// The place of an ignored result under its kind: what would end its reason, bounded, and the enrolment. A prefix of it finds every
/// result of one topic or one user name.
pub(in crate::dynamodb) fn ignored_place(reason: IgnoredBecause, completion: &Completion) -> String {
    let enrolment = completion.enrolment;
    match reason {
        IgnoredBecause::TopicIsNotACourse => format!("{}{enrolment}", ignored_topic(completion.topic)),
        IgnoredBecause::UserIsNoEmployee => format!("{}{enrolment}", ignored_user(&completion.user_name)),
        IgnoredBecause::NotConfirmed | IgnoredBecause::ConfirmationFailed => enrolment.to_string(),
    }
}

/// The beginning of the places of results that are ignored because of this topic.
pub(in crate::dynamodb) fn ignored_topic(topic: TopicId) -> String {
    format!("{topic}#")
}

/// The beginning of the places of results that are ignored because of this user name; of others, too, whose beginning is the same.
pub(in crate::dynamodb) fn ignored_user(user_name: &UserName) -> String {
    let beginning: String = user_name.key().chars().take(LONGEST_IN_PLACE).collect();
    format!("{beginning}#")
}

/// The beginning of the sort keys of all of a customer's results.
pub(in crate::dynamodb) const RESULTS: &str = "RESULT#";
/// The beginning of the sort keys of all versions of a customer's configuration; text order is their order.
pub(in crate::dynamodb) const CONFIGURATION_VERSIONS: &str = "CONFIG#";
/// The beginning of the sort keys of all of a customer's runs.
pub(in crate::dynamodb) const RUNS: &str = "RUN#";

/// The prefix of the sort keys of a customer's alert states.
pub(super) const ALERT: &str = "ALERT#";

/// An instant as the index has it.
pub(in crate::dynamodb) fn due_at(instant: Timestamp) -> String {
    format!("{instant:.3}")
}

/// The attribute of the summary row that holds a job's state.
pub(in crate::dynamodb) fn job_state(job: Job) -> String {
    format!("job_{}", job.key())
}
