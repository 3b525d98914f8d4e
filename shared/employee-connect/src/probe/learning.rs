//! Courses and results: whether the module is there, and how they are found by our reference.

use habitsync_domain::onboarding::assumptions::{
    Advice, AssumptionFinding, AssumptionVerdict, employee_connect as assume,
};
use habitsync_vendor_http::{HttpError, RawResponse};
use serde_json::Value;

use super::asking::{Asking, LIST, courses, results};
use crate::error::code_of;

/// A reference and a course that do not exist.
const NOTHING: &str = "HABITSYNC-DOCTOR-NOTHING";

/// Asks about courses and results.
pub(super) async fn probe(asking: &Asking<'_>) -> Result<Vec<AssumptionFinding>, HttpError> {
    let courses = courses(asking, NOTHING).await?;
    let module = judge_module(&courses);
    let is_there = module.verdict == AssumptionVerdict::Ok;
    let mut findings = vec![module];
    if !is_there {
        return Ok(findings);
    }
    if asking.is_needed(&assume::COURSE_FIND) {
        findings.push(judge_find(&courses));
    }
    if asking.is_needed(&assume::RESULT_FIND) {
        findings.push(judge_no_course(&results(asking, NOTHING, NOTHING).await?));
        findings.push(judge_results(asking).await?);
    }
    Ok(findings)
}

fn judge_module(courses: &RawResponse) -> AssumptionFinding {
    match courses.status {
        200..300 if list_of(courses).is_some() => assume::MODULE.holds("courses may be read"),
        200..300 => assume::MODULE.differs("GET /courses brings no list", vec![assume::COURSE_FIND.mend()]),
        // Any other refusal of access never comes so far.
        403 => {
            let enable = Advice::ask("have the customer's Development module enabled");
            let without = Advice::set("courses.enabled", "false, and results.enabled = false");
            let seen = "courses are refused (status 403, module_disabled)";
            assume::MODULE.differs(seen, vec![enable, without])
        }
        status => assume::MODULE.differs(
            format!("GET /courses is answered with status {status}"),
            vec![assume::COURSE_FIND.mend()],
        ),
    }
}

fn list_of(courses: &RawResponse) -> Option<Vec<Value>> {
    courses.json()?.pointer(LIST.records)?.as_array().cloned()
}

fn judge_find(courses: &RawResponse) -> AssumptionFinding {
    let answer = courses.json().unwrap_or_default();
    let Some(data) = answer.pointer(LIST.records).and_then(Value::as_array) else {
        return assume::COURSE_FIND.needs_mending("the answer has no list under data");
    };
    let missing: Vec<_> = [LIST.page, LIST.per_page, LIST.total, LIST.total_pages]
        .into_iter()
        .filter(|pointer| !answer.pointer(pointer).is_some_and(Value::is_u64))
        .map(|pointer| pointer.trim_start_matches('/').replace('/', "."))
        .collect();
    if !missing.is_empty() {
        return assume::COURSE_FIND.needs_mending(format!("{} missing", missing.join(", ")));
    }
    let others = data
        .iter()
        .filter(|course| course.get("externalId").and_then(Value::as_str) != Some(NOTHING));
    match others.count() {
        0 => assume::COURSE_FIND.holds("a reference that no course has finds none"),
        // The answer is searched by the client, too.
        some => assume::COURSE_FIND.holds(format!(
            "externalId is not looked at ({some} courses came); we search the answer"
        )),
    }
}

fn judge_no_course(results: &RawResponse) -> AssumptionFinding {
    let answer = results.json().unwrap_or_default();
    match (results.status, code_of(&answer)) {
        (404, Some("course_not_found")) => assume::RESULT_NO_COURSE.holds("a course that nobody made is such a 404"),
        (404, Some(_)) => assume::RESULT_NO_COURSE.needs_mending("the 404 has another code"),
        (404, None) => assume::RESULT_NO_COURSE.needs_mending("the 404 has no code"),
        (status, _) => assume::RESULT_NO_COURSE
            .needs_mending(format!("a course that nobody made is answered with status {status}")),
    }
}

async fn judge_results(asking: &Asking<'_>) -> Result<AssumptionFinding, HttpError> {
    let Some(course) = asking.asked.course else {
        return Ok(assume::RESULT_FIND.untold("no course has been made yet", vec![Advice::Rehearse]));
    };
    let sight = results(asking, &course.0, NOTHING).await?;
    let answer = sight.json().unwrap_or_default();
    Ok(match (sight.status, answer.get("data").and_then(Value::as_array)) {
        (200..300, Some(_)) => assume::RESULT_FIND.holds("a course of ours is asked for its results"),
        (200..300, None) => assume::RESULT_FIND.needs_mending("the answer has no list under data"),
        (404, _) => assume::RESULT_FIND.untold("the course is gone", Vec::new()),
        (status, _) => {
            assume::RESULT_FIND.needs_mending(format!("a course's results are answered with status {status}"))
        }
    })
}
