//! Reads the bodies that courses and results are written with, field by field, so that a refusal can name each.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};
use url::Url;

use crate::course::{Course, CourseResult};
use crate::refusal::{Complaints, Refusal};

/// The longest title, in characters.
const LONGEST_TITLE: usize = 200;

/// Puts the fields sent into a course; unknown ones are passed over.
pub(crate) fn fill_course(course: &mut Course, body: &Map<String, Value>, complaints: &mut Complaints) {
    if let Some(external_id) = text(body, "externalId", complaints) {
        course.external_id = external_id;
    }
    if let Some(title) = text(body, "title", complaints) {
        if title.chars().count() > LONGEST_TITLE {
            complaints.insert("title", "longer than 200 characters");
        }
        course.title = title;
    }
    if let Some(launch_url) = text(body, "launchUrl", complaints) {
        if Url::parse(&launch_url).is_err() {
            complaints.insert("launchUrl", "not an address");
        }
        course.launch_url = launch_url;
    }
    match body.get("provider") {
        None => {}
        Some(Value::String(provider)) => course.provider = Some(provider.clone()),
        Some(_) => drop(complaints.insert("provider", "must be text")),
    }
    match body.get("description") {
        None => {}
        Some(Value::Null) => course.description = None,
        Some(Value::String(description)) => course.description = Some(description.clone()),
        Some(_) => drop(complaints.insert("description", "must be text")),
    }
    match body.get("active") {
        None => {}
        Some(Value::Bool(active)) => course.active = *active,
        Some(_) => drop(complaints.insert("active", "must be true or false")),
    }
}

/// The result that a body describes, without its own id.
pub(crate) fn read_result(body: &Map<String, Value>, course_id: &str, now: Timestamp) -> Result<CourseResult, Refusal> {
    let mut complaints = Complaints::new();
    let mut required = |name| {
        let value = text(body, name, &mut complaints);
        if value.is_none() {
            complaints.entry(name).or_insert("required");
        }
        value.unwrap_or_default()
    };
    let (external_id, employee_id) = (required("externalId"), required("employeeId"));
    let (status, completed_on) = (required("status"), required("completedOn"));
    if status != "Completed" {
        complaints.entry("status").or_insert("must be Completed");
    }
    let completed_on = calendar_date(&completed_on).unwrap_or_else(|| {
        complaints.entry("completedOn").or_insert("not a calendar date");
        Date::ZERO
    });
    let duration_minutes = minutes(body, &mut complaints);
    if !complaints.is_empty() {
        return Err(Refusal::Invalid(complaints));
    }
    Ok(CourseResult {
        result_id: String::new(),
        course_id: course_id.to_owned(),
        external_id,
        employee_id,
        status,
        completed_on,
        duration_minutes,
        recorded_at: now,
    })
}

/// `2025-03-01` and nothing else: no time, no zone, no missing zeros.
fn calendar_date(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text)
        .ok()
        .filter(|date| date.to_string() == text)
}

fn minutes(body: &Map<String, Value>, complaints: &mut Complaints) -> Option<u64> {
    let sent = body.get("durationMinutes").filter(|minutes| !minutes.is_null())?;
    let minutes = whole(sent);
    if minutes.is_none() {
        complaints.insert("durationMinutes", "not a number of minutes");
    }
    minutes
}

/// A whole number that is not negative; in JSON, 30.0 is one too.
fn whole(value: &Value) -> Option<u64> {
    let written_with_a_point = || value.as_f64().and_then(|number| format!("{number}").parse().ok());
    value.as_u64().or_else(written_with_a_point)
}

/// A text that is not blank, where it is sent.
fn text(body: &Map<String, Value>, name: &'static str, complaints: &mut Complaints) -> Option<String> {
    let sent = body.get(name)?;
    let text = sent.as_str().filter(|text| !text.trim().is_empty());
    if text.is_none() {
        complaints.insert(name, if sent.is_string() { "blank" } else { "must be text" });
    }
    text.map(str::to_owned)
}
