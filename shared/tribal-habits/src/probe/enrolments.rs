//! Enrolments: whether completions can be listed by their time and read one by one.

use habitsync_domain::onboarding::assumptions::{Advice, AssumptionFinding, tribal_habits as assume};
use habitsync_domain::vendors::record::instant;
use habitsync_vendor_http::{HttpError, ListSample, Record, sample_list};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::LIST;
use super::asking::{Asking, completed_since, is_not_found, one};

/// Periods in which completions are searched: the first, and a longer one if the first has none.
const LOOK_BACK: [SignedDuration; 2] = [
    SignedDuration::from_hours(30 * 24),
    SignedDuration::from_hours(400 * 24),
];
/// No completion is dated later than this from now.
const LATER: SignedDuration = SignedDuration::from_hours(24);
/// An enrolment that is not there.
const NONE: &str = "999999999999";

/// Asks about enrolments.
pub(super) async fn probe(asking: &Asking<'_>) -> Result<Vec<AssumptionFinding>, HttpError> {
    let (since, list) = recent(asking).await?;
    let mut findings = Vec::new();
    if asking.is_needed(&assume::ENROLMENT_LIST) {
        findings.push(judge_list(&list));
        findings.push(judge_since(asking, since, &list).await?);
    }
    findings.push(judge_fields(&list));
    if asking.is_needed(&assume::ENROLMENT_BY_ID) {
        findings.extend(judge_one(asking, &list).await?);
    }
    Ok(findings)
}

/// Reads a few pages of recently completed enrolments.
async fn recent(asking: &Asking<'_>) -> Result<(Timestamp, ListSample), HttpError> {
    let [lately, long] = LOOK_BACK.map(|back| asking.asked.now - back);
    let list = completed(asking, lately).await?;
    if list.refused.is_some() || list.records().next().is_some() {
        return Ok((lately, list));
    }
    Ok((long, completed(asking, long).await?))
}

async fn completed(asking: &Asking<'_>, since: Timestamp) -> Result<ListSample, HttpError> {
    let first = completed_since(asking, since, 1).await?;
    sample_list(LIST, &first, |page| completed_since(asking, since, page)).await
}

fn judge_list(list: &ListSample) -> AssumptionFinding {
    match list.refused {
        Some(status) => {
            let seen = format!("enrolments cannot be listed (status {status})");
            let without =
                Advice::ask("take schedules.result_sweep out: a completion whose webhook is lost is then lost");
            assume::ENROLMENT_LIST.differs(seen, vec![without, assume::ENROLMENT_LIST.mend()])
        }
        None => list.judge_list(&assume::ENROLMENT_LIST, "completed enrolments"),
    }
}

/// Enrolments completed before `since` must not appear, and none may be completed in the future.
async fn judge_since(asking: &Asking<'_>, since: Timestamp, list: &ListSample) -> Result<AssumptionFinding, HttpError> {
    if let Some(status) = list.refused {
        return Ok(assume::ENROLMENT_SINCE.untold(format!("enrolments cannot be listed (status {status})"), Vec::new()));
    }
    let times = list.records().map(completed_at);
    let (mut earlier, mut open) = (0, 0);
    for time in times {
        match time {
            None => open += 1,
            Some(at) if at < since => earlier += 1,
            Some(_) => {}
        }
    }
    if earlier + open > 0 {
        let seen = format!("{earlier} completed before it and {open} not completed came all the same");
        return Ok(assume::ENROLMENT_SINCE.needs_mending(seen));
    }
    let later = completed(asking, asking.asked.now + LATER).await?;
    Ok(match (later.records().count(), list.records().count()) {
        (0, 0) => assume::ENROLMENT_SINCE.untold("there is no completion yet", Vec::new()),
        (0, some) => assume::ENROLMENT_SINCE.holds(format!("none of {some} is earlier, and none comes for tomorrow")),
        (some, _) => assume::ENROLMENT_SINCE.needs_mending(format!("{some} come for tomorrow")),
    })
}

fn completed_at(enrolment: &Record) -> Option<Timestamp> {
    instant(enrolment.get("completed_at")?.as_str()?)
}

fn judge_fields(list: &ListSample) -> AssumptionFinding {
    let of = list.records().count();
    if of == 0 {
        return assume::ENROLMENT_FIELDS.untold("there is no completion yet", vec![Advice::Rehearse]);
    }
    let whole = list.records().filter(|enrolment| trouble(enrolment).is_none()).count();
    match list.records().find_map(trouble) {
        None => assume::ENROLMENT_FIELDS.holds(format!("{of} of {of} enrolments have all of it")),
        Some(first) => assume::ENROLMENT_FIELDS.needs_mending(format!("{} of {of} do not: {first}", of - whole)),
    }
}

/// The first thing that is wrong with an enrolment.
fn trouble(enrolment: &Record) -> Option<&'static str> {
    let has = |field: &str, is: fn(&Value) -> bool| enrolment.get(field).is_some_and(is);
    let user_name = enrolment.get("user").and_then(|user| user.get("user_name"));
    let word = |field: &str| enrolment.get(field).and_then(Value::as_str).unwrap_or_default();
    let checks = [
        (has("id", Value::is_i64), "id is no number"),
        (has("knowledge_id", Value::is_i64), "knowledge_id is no number"),
        (user_name.is_some_and(Value::is_string), "user.user_name is missing"),
        (
            matches!(word("type"), "topic" | "article" | "pathway"),
            "type is none of topic, article and pathway",
        ),
        (
            matches!(word("status"), "unexplored" | "exploring" | "applying" | "conquered"),
            "status is none of the four",
        ),
        (
            word("status") != "conquered" || completed_at(enrolment).is_some(),
            "completed_at is no time",
        ),
    ];
    checks.into_iter().find(|(holds, _)| !holds).map(|(_, trouble)| trouble)
}

async fn judge_one(asking: &Asking<'_>, list: &ListSample) -> Result<[AssumptionFinding; 2], HttpError> {
    let id = list.records().find_map(|enrolment| enrolment.get("id")?.as_i64());
    let by_id = match id {
        None => assume::ENROLMENT_BY_ID.untold("no enrolment is known", vec![Advice::Rehearse]),
        Some(id) => {
            let sight = one(asking, &["enrolments", &id.to_string()]).await?;
            let answered = sight.json().and_then(|body| body.get("id")?.as_i64());
            match sight.status {
                200..300 if answered == Some(id) => assume::ENROLMENT_BY_ID.holds("one that is listed is found"),
                200..300 => {
                    assume::ENROLMENT_BY_ID.needs_mending("one that is listed is answered without its id at the top")
                }
                status => unreadable(status),
            }
        }
    };
    let none = one(asking, &["enrolments", NONE]).await?;
    let absent = match none.status {
        404 if is_not_found(&none) => assume::ENROLMENT_ABSENT.holds("one that is not there is such a 404"),
        404 => assume::ENROLMENT_ABSENT.needs_mending("the 404 says something else"),
        status => {
            assume::ENROLMENT_ABSENT.needs_mending(format!("one that is not there is answered with status {status}"))
        }
    };
    Ok([by_id, absent])
}

fn unreadable(status: u16) -> AssumptionFinding {
    let seen = format!("one that is listed is answered with status {status}");
    let without = Advice::set("results.read_back", "false (a webhook must then be signed)");
    assume::ENROLMENT_BY_ID.differs(seen, vec![without, assume::ENROLMENT_BY_ID.mend()])
}
