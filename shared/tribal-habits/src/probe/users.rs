//! Users: how they are listed, found by name, and which fields they have.

use std::collections::BTreeSet;

use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, few, tribal_habits as assume};
use habitsync_domain::people::user::{FieldName, PortalUser};
use habitsync_vendor_http::{HttpError, ListSample, RawResponse, Record, sample_list};
use habitsync_workflows::ports::probes::PortalSample;
use serde_json::{Map, Value};

use super::LIST;
use super::asking::{Asking, is_not_found, list, one};
use crate::port::portal_user;
use crate::wire;

/// A user name that does not exist.
const NOBODY: &str = "habitsync-doctor-nobody";

/// Asks about users, and keeps those that were seen.
pub(super) async fn probe(
    asking: &Asking<'_>,
    first: &RawResponse,
    seen: &mut PortalSample,
) -> Result<Vec<AssumptionFinding>, HttpError> {
    let list = sample_list(LIST, first, |page| list(asking, &["users"], page)).await?;
    seen.users = list.records().filter_map(usable).collect();
    let mut findings = vec![
        list.judge_list(&assume::USER_LIST, "users"),
        list.judge_page_parameter(&assume::USER_PAGE),
        judge_fields(&list),
    ];
    findings.extend(judge_custom_fields(asking, &list));
    findings.extend(judge_names(asking, &names(&list)).await?);
    findings.push(judge_absence(asking).await?);
    seen.known_names = Some(count_known(asking).await?);
    Ok(findings)
}

fn usable(record: &Record) -> Option<PortalUser> {
    let user = wire::User::of(record.clone()).ok()?;
    portal_user(&user).ok()
}

fn names(list: &ListSample) -> Vec<&str> {
    let names = list.records().filter_map(|user| user.get("user_name")?.as_str());
    names.filter(|name| !name.trim().is_empty()).collect()
}

fn judge_fields(list: &ListSample) -> AssumptionFinding {
    let users = list.records().count();
    if users == 0 {
        return assume::USER_FIELDS.untold("the portal has no users", Vec::new());
    }
    let is_text = |field: &'static str| move |user: &&Record| user.get(field).is_some_and(Value::is_string);
    let lacking: Vec<_> = ["user_name", "first_name", "last_name", "email"]
        .into_iter()
        .map(|field| (field, users - list.records().filter(is_text(field)).count()))
        .filter(|(_, without)| *without > 0)
        .map(|(field, without)| format!("{without} of {users} users have no {field}"))
        .collect();
    if lacking.is_empty() {
        let odd = list
            .records()
            .filter(|user| user.get("active").is_some_and(|active| !active.is_boolean()));
        match odd.count() {
            0 => assume::USER_FIELDS.holds(format!("{users} of {users} users have all of them")),
            odd => assume::USER_FIELDS.needs_mending(format!("active is no truth value for {odd} of {users} users")),
        }
    } else {
        assume::USER_FIELDS.needs_mending(lacking.join(", "))
    }
}

/// The custom fields that the configuration names, among those that any user has.
fn judge_custom_fields(asking: &Asking<'_>, list: &ListSample) -> Option<AssumptionFinding> {
    asking.is_needed(&assume::USER_CUSTOM_FIELDS).then(|| {
        let mapped = asking.asked.customer.users.fields.keys();
        let mapped: BTreeSet<_> = mapped.filter(|name| name.is_custom()).map(FieldName::as_str).collect();
        let there: BTreeSet<_> = list.records().flat_map(Map::keys).map(String::as_str).collect();
        let there: BTreeSet<_> = there.into_iter().filter(|name| name.starts_with("X-")).collect();
        let missing: Vec<_> = mapped.difference(&there).copied().collect();
        if list.records().next().is_none() {
            return assume::USER_CUSTOM_FIELDS.untold("the portal has no users", Vec::new());
        }
        if missing.is_empty() {
            return assume::USER_CUSTOM_FIELDS.holds(format!("all {} that are mapped are there", mapped.len()));
        }
        let unmapped: Vec<_> = there.difference(&mapped).copied().collect();
        let others = if unmapped.is_empty() {
            "no other is there".to_owned()
        } else {
            format!("not mapped are {}", few(unmapped))
        };
        let advice = missing
            .iter()
            .map(|name| Advice::ask(format!("make {name} in the portal, or rename it in users.fields")));
        assume::USER_CUSTOM_FIELDS.differs(format!("not there: {}; {others}", missing.join(", ")), advice.collect())
    })
}

/// By a name without a dot, by one with a dot, and by one in the other letter case.
async fn judge_names(asking: &Asking<'_>, names: &[&str]) -> Result<Vec<AssumptionFinding>, HttpError> {
    let plain = names.iter().find(|name| !name.contains('.')).copied();
    let dotted = names.iter().find(|name| name.contains('.')).copied();
    let (plain_is, dotted_is) = (read(asking, plain).await?, read(asking, dotted).await?);
    let by_name = match plain_is.or(dotted_is) {
        None => assume::USER_BY_NAME.untold("no user is listed", Vec::new()),
        Some(Answer::TheUser) => assume::USER_BY_NAME.holds("a user who is listed is found"),
        Some(other) => assume::USER_BY_NAME.needs_mending(other.said("a user who is listed")),
    };
    let with_dot = match dotted_is {
        None => assume::USER_DOTTED.untold("no listed user name has a dot", Vec::new()),
        Some(Answer::TheUser) => assume::USER_DOTTED.holds("a listed name with a dot is found"),
        Some(other) => {
            let without = Advice::set("users.user_name", "an expression that gives names without a dot");
            let seen = other.said("a listed user whose name has a dot");
            assume::USER_DOTTED.differs(seen, vec![without, assume::USER_DOTTED.mend()])
        }
    };
    Ok(vec![
        by_name,
        with_dot,
        judge_case(asking, names, plain_is, dotted_is).await?,
    ])
}

async fn judge_case(
    asking: &Asking<'_>,
    names: &[&str],
    plain_is: Option<Answer>,
    dotted_is: Option<Answer>,
) -> Result<AssumptionFinding, HttpError> {
    let found = |name: &str| {
        let answer = if name.contains('.') { dotted_is } else { plain_is };
        answer == Some(Answer::TheUser)
    };
    let name = names.iter().find(|name| found(name) && other_case(name) != **name);
    let Some(name) = name else {
        return Ok(assume::USER_CASE.untold("no user with letters in the name was found by it", Vec::new()));
    };
    let sight = one(asking, &["users", &other_case(name)]).await?;
    Ok(
        match Answer::of(&sight.json().unwrap_or_default(), sight.status, name) {
            Answer::TheUser => assume::USER_CASE.holds("a user is found in the other letter case"),
            other => assume::USER_CASE.needs_mending(other.said("a user in the other letter case")),
        },
    )
}

async fn read(asking: &Asking<'_>, name: Option<&str>) -> Result<Option<Answer>, HttpError> {
    let Some(name) = name else { return Ok(None) };
    let sight = one(asking, &["users", name]).await?;
    Ok(Some(Answer::of(&sight.json().unwrap_or_default(), sight.status, name)))
}

/// Answer to a request for a user by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    TheUser,
    /// A success in which the user is not where it should be.
    Another,
    Status(u16),
}

impl Answer {
    fn of(body: &Value, status: u16, name: &str) -> Self {
        let answered = body.get("user_name").and_then(Value::as_str);
        match status {
            200..300 if answered.is_some_and(|answered| is_same(answered, name)) => Self::TheUser,
            200..300 => Self::Another,
            status => Self::Status(status),
        }
    }

    fn said(self, who: &str) -> String {
        match self {
            Self::TheUser => format!("{who} is found"),
            Self::Another => format!("{who} is answered without a user_name at the top"),
            Self::Status(status) => format!("{who} is answered with status {status}"),
        }
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn other_case(name: &str) -> String {
    let upper = name.to_uppercase();
    if upper == name { name.to_lowercase() } else { upper }
}

async fn judge_absence(asking: &Asking<'_>) -> Result<AssumptionFinding, HttpError> {
    let sight = one(asking, &["users", NOBODY]).await?;
    Ok(match sight.status {
        404 if is_not_found(&sight) => assume::USER_ABSENT.holds("an unused name is such a 404"),
        404 => {
            assume::USER_ABSENT.needs_mending("the 404 says something else: no account would be known to be missing")
        }
        status => assume::USER_ABSENT.needs_mending(format!("a name that nobody has is answered with status {status}")),
    })
}

/// Counts the requested names that the portal knows.
async fn count_known(asking: &Asking<'_>) -> Result<usize, HttpError> {
    let mut known = 0;
    for name in asking.asked.user_names {
        let answer = read(asking, Some(name.as_str())).await?;
        known += usize::from(answer == Some(Answer::TheUser));
    }
    Ok(known)
}
