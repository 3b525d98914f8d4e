//! The minimal changes that would bring an employee into scope, or out of it. Every change is tried before it is
//! reported: the planner's questions are asked again about the changed record, and about the changed filter.

use jiff::ToSpan;
use jiff::civil::Date;

use super::condition::{Condition, Way};
use super::told::{EligibilityVerdict, MinimalChange, ScopeState, ValueSeen};
use super::{Needed, Question};
use crate::configuration::OnContradiction;
use crate::people::employee::Employee;
use crate::people::employment::{Employment, Undecided};
use crate::people::fields_seen::fields_seen;
use crate::people::last_day::RECENT_DAYS;
use crate::people::problem::Cause;

/// A record that is otherwise, and how.
struct Tried {
    employee: Employee,
    needed: Vec<Needed>,
}

pub(super) fn flip(
    question: &Question<'_>,
    verdict: &EligibilityVerdict,
    user_name: &ValueSeen,
    fields: &[ValueSeen],
) -> MinimalChange {
    let blocking: Vec<_> = [user_name]
        .into_iter()
        .chain(fields)
        .filter(|value| value.blocks(question.has_account))
        .filter_map(needed_value)
        .chain(question.is_protected(user_name).then_some(Needed::NotProtected))
        .collect();
    let (would_be, ways) = match verdict {
        EligibilityVerdict::InScope if blocking.is_empty() => (ScopeState::Out, question.ways_out()),
        _ => (ScopeState::In, question.ways_in(&blocking)),
    };
    MinimalChange {
        would_be,
        ways: shortest(ways),
    }
}

impl Question<'_> {
    fn is_protected(&self, user_name: &ValueSeen) -> bool {
        let name = user_name.value.as_ref().and_then(|name| name.parse().ok());
        name.is_some_and(|name| self.users.protect.contains(&name))
    }

    fn ways_in(&self, blocking: &[Needed]) -> Vec<Vec<Needed>> {
        let mut ways = Vec::new();
        for tried in self.ways_to_work() {
            for clauses in self.ways_through_filter(&tried.employee, true) {
                ways.push([tried.needed.as_slice(), &clauses, blocking].concat());
            }
        }
        ways
    }

    /// Out of the filter; where there is none, out of work.
    fn ways_out(&self) -> Vec<Vec<Needed>> {
        if self.users.filter.is_some() {
            return self.ways_through_filter(self.employee, false);
        }
        let Some(terminated) = self.users.terminated_statuses.first() else {
            return Vec::new();
        };
        let employee = self.employee.with_text("status", Some(terminated));
        let has_left = matches!(self.employment_of(&employee), Ok(Employment::Left(_)));
        let needed = Needed::Status {
            seen: self.text("status"),
            one_of: self.users.terminated_statuses.clone(),
        };
        has_left.then(|| vec![needed]).into_iter().collect()
    }

    /// Returns the clauses whose change makes the filter admit this record, or not.
    fn ways_through_filter(&self, employee: &Employee, wanted: bool) -> Vec<Vec<Needed>> {
        let Some(filter) = &self.users.filter else {
            return if wanted { vec![Vec::new()] } else { Vec::new() };
        };
        let condition = Condition::of(filter);
        let ways = condition.ways(&self.truths(&condition, employee), wanted);
        ways.iter().map(|way| self.clauses(&condition, way)).collect()
    }

    fn clauses(&self, condition: &Condition, way: &Way) -> Vec<Needed> {
        let needed = way.iter().filter_map(|(clause, holds)| {
            let clause = condition.clauses.get(*clause)?;
            Some(Needed::Clause {
                source: clause.source().to_owned(),
                holds: *holds,
                phrase: format!("{}: {holds}", one_line(clause.source())),
                fields: fields_seen(clause, self.employee, self.manager),
            })
        });
        needed.collect()
    }

    /// Returns the record, unchanged or with the fewest changes with which the employee works there today.
    fn ways_to_work(&self) -> Vec<Tried> {
        let mut tried = vec![Tried {
            employee: self.employee.clone(),
            needed: Vec::new(),
        }];
        // Three fields decide; no more of them can be wrong.
        for _ in 0..=3 {
            let works = |tried: &Tried| self.employment_of(&tried.employee) == Ok(Employment::Works);
            let (working, not): (Vec<_>, Vec<_>) = tried.into_iter().partition(works);
            if !working.is_empty() {
                return working;
            }
            tried = not.iter().flat_map(|tried| self.with_one_more(tried)).collect();
        }
        Vec::new()
    }

    /// The same with one more change, in every way that may help.
    fn with_one_more(&self, before: &Tried) -> Vec<Tried> {
        let possible = [
            self.with_status(),
            self.with_later_last_day(&before.employee),
            self.without_last_day(),
            self.with_earlier_start(&before.employee),
            self.with_start_after_last_day(&before.employee),
            self.without_bad_date("startDate"),
            self.without_bad_date("terminationDate"),
        ];
        let helpful = possible.into_iter().flatten().filter(|(field, _, needed)| {
            let is_new = |known: &Needed| known.field() != *field;
            needed.field() == *field && before.needed.iter().all(is_new)
        });
        helpful
            .map(|(field, value, needed)| Tried {
                employee: before.employee.with_text(field, value.as_deref()),
                needed: [before.needed.as_slice(), &[needed]].concat(),
            })
            .collect()
    }

    fn with_status(&self) -> Option<(&'static str, Option<String>, Needed)> {
        let active = self.users.active_statuses.first()?;
        let is_active = self
            .users
            .active_statuses
            .iter()
            .any(|known| self.employee.status() == Some(known));
        let needed = Needed::Status {
            seen: self.text("status"),
            one_of: self.users.active_statuses.clone(),
        };
        (!is_active).then(|| ("status", Some(active.clone()), needed))
    }

    fn with_later_last_day(&self, employee: &Employee) -> Option<(&'static str, Option<String>, Needed)> {
        let start = self.start_of(employee);
        let earliest = self
            .rules
            .today
            .saturating_sub(self.days_after_last_day(employee).days());
        let not_before = earliest.max(start.unwrap_or(Date::MIN));
        self.last_day()?;
        let needed = Needed::LaterLastDay {
            seen: self.text("terminationDate"),
            not_before,
        };
        Some(("terminationDate", Some(not_before.to_string()), needed))
    }

    /// How many days after the last day an account stays without a doubt.
    fn days_after_last_day(&self, employee: &Employee) -> i64 {
        let days = i64::from(self.users.deactivate_after_days);
        let is_active = self.rules.last_day_of_active(employee) != Ok(None);
        match self.users.on_contradiction {
            OnContradiction::Hold if is_active => 0,
            OnContradiction::RecentDate if is_active => days.min(RECENT_DAYS),
            _ => days,
        }
    }

    fn without_last_day(&self) -> Option<(&'static str, Option<String>, Needed)> {
        let seen = self.text("terminationDate")?;
        self.last_day()?;
        Some(("terminationDate", None, Needed::NoLastDay { seen: Some(seen) }))
    }

    fn with_earlier_start(&self, employee: &Employee) -> Option<(&'static str, Option<String>, Needed)> {
        let days = i64::from(self.users.create_days_before_start?);
        let start = self.start_of(employee)?;
        let not_after = self.rules.today.saturating_add(days.days());
        let needed = Needed::EarlierStart {
            seen: self.text("startDate"),
            not_after,
            account_from: Some(start.saturating_sub(days.days())),
        };
        (start > not_after).then(|| ("startDate", Some(not_after.to_string()), needed))
    }

    /// Returns the start date's field, its new value and the needed change, for a rehire whose old last day is still
    /// there.
    fn with_start_after_last_day(&self, employee: &Employee) -> Option<(&'static str, Option<String>, Needed)> {
        let Err(Undecided::Contradiction { last_day }) = self.employment_of(employee) else {
            return None;
        };
        let not_before = last_day.tomorrow().ok()?;
        let needed = Needed::LaterStart {
            seen: self.text("startDate"),
            not_before,
        };
        Some(("startDate", Some(not_before.to_string()), needed))
    }

    fn without_bad_date(&self, field: &'static str) -> Option<(&'static str, Option<String>, Needed)> {
        let date = match field {
            "startDate" => self.employee.start_date(self.rules.dates),
            _ => self.employee.termination_date(self.rules.dates),
        };
        let needed = Needed::ValidDate {
            field,
            seen: self.text(field),
        };
        date.is_err().then_some((field, None, needed))
    }

    fn last_day(&self) -> Option<Date> {
        self.employee.termination_date(self.rules.dates).ok().flatten()
    }

    fn text(&self, field: &str) -> Option<String> {
        self.employee.text(field).map(str::to_owned)
    }
}

fn needed_value(value: &ValueSeen) -> Option<Needed> {
    let problem = value.problem.as_ref()?;
    let (field, source, fields) = (value.field.clone(), value.source.clone(), value.fields.clone());
    Some(match &problem.cause {
        Cause::ExpressionFailed { message, .. } => Needed::Rule {
            field,
            source,
            failure: message.clone(),
            fields,
        },
        _ => Needed::Value { field, source, fields },
    })
}

fn shortest(mut ways: Vec<Vec<Needed>>) -> Vec<Vec<Needed>> {
    let shortest = ways.iter().map(Vec::len).min();
    ways.retain(|way| Some(way.len()) == shortest && !way.is_empty());
    ways
}

/// Expressions may be written over several lines.
fn one_line(source: &str) -> String {
    source.split_whitespace().collect::<Vec<_>>().join(" ")
}
