//! The Development module: courses, and results on them.

use habitsync_simulator_harness::{Effect, EffectKind};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::body;
use crate::course::{Course, CourseResult};
use crate::refusal::{Complaints, Refusal};

/// Courses and results, in order of creation.
#[derive(Debug, Default)]
pub(crate) struct Learning {
    pub(crate) courses: Vec<Course>,
    pub(crate) results: Vec<CourseResult>,
    created: usize,
}

impl Learning {
    /// The course of this id.
    pub(crate) fn course(&self, course_id: &str) -> Result<&Course, Refusal> {
        let found = self.courses.iter().find(|course| course.course_id == course_id);
        found.ok_or(Refusal::NotFound("course_not_found"))
    }

    /// Creates a course; external id, title and launch URL must be there.
    pub(crate) fn create_course(&mut self, body: &Map<String, Value>, now: Timestamp) -> Result<Course, Refusal> {
        let mut complaints = Complaints::new();
        let mut course = Course::blank(now);
        body::fill_course(&mut course, body, &mut complaints);
        for required in ["externalId", "title", "launchUrl"] {
            if !body.contains_key(required) {
                complaints.insert(required, "required");
            }
        }
        if !complaints.is_empty() {
            return Err(Refusal::Invalid(complaints));
        }
        if let Some(existing) = self
            .courses
            .iter()
            .find(|known| known.external_id == course.external_id)
        {
            return Err(Refusal::Exists("courseId", existing.course_id.clone()));
        }
        course.course_id = format!("C-{}", 77 + self.created);
        self.created += 1;
        self.courses.push(course.clone());
        Ok(course)
    }

    /// Changes the fields sent: title, description, provider, launch URL, active. The reference cannot change.
    pub(crate) fn change_course(
        &mut self,
        course_id: &str,
        body: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<(Course, Effect), Refusal> {
        let before = self.course(course_id)?.clone();
        let mut complaints = Complaints::new();
        let mut course = before.clone();
        body::fill_course(&mut course, body, &mut complaints);
        if course.external_id != before.external_id {
            complaints.insert("externalId", "cannot be changed");
        }
        if !complaints.is_empty() {
            return Err(Refusal::Invalid(complaints));
        }
        let fields = before.differences(&course);
        let kind = if fields.is_empty() {
            EffectKind::Unchanged
        } else {
            EffectKind::Changed
        };
        if kind == EffectKind::Changed {
            course.updated_at = now;
        }
        if let Some(known) = self.courses.iter_mut().find(|known| known.course_id == course_id) {
            known.clone_from(&course);
        }
        Ok((
            course,
            Effect {
                kind,
                subject: "course",
                id: course_id.to_owned(),
                fields,
            },
        ))
    }

    /// Records a completion. The person is known to the tenant or not, as `is_employee` says.
    pub(crate) fn record(
        &mut self,
        course_id: &str,
        body: &Map<String, Value>,
        is_employee: impl Fn(&str) -> bool,
        now: Timestamp,
    ) -> Result<CourseResult, Refusal> {
        self.course(course_id)?;
        let mut result = body::read_result(body, course_id, now)?;
        if let Some(existing) = self
            .results
            .iter()
            .find(|known| known.external_id == result.external_id)
        {
            return Err(Refusal::Exists("resultId", existing.result_id.clone()));
        }
        if !is_employee(&result.employee_id) {
            return Err(Refusal::NotFound("employee_not_found"));
        }
        result.result_id = format!("R-{}", 5 + self.results.len());
        self.results.push(result.clone());
        Ok(result)
    }

    /// The results on a course that have these references, where they are given.
    pub(crate) fn results_on(
        &self,
        course_id: &str,
        employee_id: Option<&String>,
        external_id: Option<&String>,
    ) -> Result<Vec<&CourseResult>, Refusal> {
        self.course(course_id)?;
        let is = |wanted: Option<&String>, value: &String| wanted.is_none_or(|wanted| wanted == value);
        let wanted = |result: &&CourseResult| {
            result.course_id == course_id
                && is(employee_id, &result.employee_id)
                && is(external_id, &result.external_id)
        };
        Ok(self.results.iter().filter(wanted).collect())
    }
}
