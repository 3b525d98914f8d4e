//! HTML entities in what would be written: another system has escaped the value for a web page, and readers see `O&#39;Brien`.

use std::sync::LazyLock;

use regex::Regex;

use super::{AffectedPerson, Kind, Survey};
use crate::user_plan::Eligibility;

/// An HTML entity: `&#39;`, `&#x27;`, `&amp;`.
static ENTITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});").expect("a valid pattern")
});

impl Survey<'_> {
    /// Reports values with an HTML entity, of all employees in scope.
    pub(super) fn report_entities(&mut self) {
        for (position, employee) in self.employees() {
            let is_in_scope = self.census.placement(position) == Eligibility::InScope;
            let Some(user) = is_in_scope.then(|| self.census.mapped(position)).flatten() else {
                continue;
            };
            for field in &user.fields {
                if let Some(value) = field.value.as_deref().filter(|value| ENTITY.is_match(value)) {
                    let concerned = AffectedPerson::employee(employee).with(self.source_of(field.name), Some(value));
                    self.report(Kind::HtmlEntity, vec![concerned.noting(format!("for {}", field.name))]);
                }
            }
        }
    }
}
