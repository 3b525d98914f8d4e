//! The lines of an explanation, in words.

use std::collections::BTreeSet;

use habitsync_domain::configuration::WriteMode;
use habitsync_domain::onboarding::explanation::{
    ClauseSeen, EligibilityVerdict, FieldOutcome, MinimalChange, Needed, ScopeState, ValueSeen,
};
use habitsync_domain::people::employment::Evidence;
use habitsync_domain::people::fields_seen::FieldSeen;
use habitsync_domain::people::problem::Problem;
use habitsync_workflows::one_employee::Unknown;

use super::explained::Field;
use crate::terminal::page::{Line, WORD, line};
use crate::terminal::printable;

/// The verdict in a few words.
pub(super) fn verdict_in_words(verdict: &EligibilityVerdict) -> String {
    match verdict {
        EligibilityVerdict::InScope => "in scope".to_owned(),
        EligibilityVerdict::Left {
            evidence: Evidence::Terminated | Evidence::Vanished | Evidence::OutOfScope,
        } => "has left".to_owned(),
        EligibilityVerdict::Left {
            evidence: Evidence::Ended { last_day },
        } => format!("has left: the last day was {last_day}"),
        EligibilityVerdict::StartsLater => "starts later".to_owned(),
        EligibilityVerdict::OutOfScope => "out of scope: the filter does not admit them".to_owned(),
        EligibilityVerdict::Protected => "protected: the account is never touched".to_owned(),
        EligibilityVerdict::Undecided { problem } => {
            format!("cannot be decided: {}", printable(&problem.cause.in_words()))
        }
    }
}

/// The ways, and how many changes each takes.
pub(super) fn flip_lines(flip: &MinimalChange, verdict: &EligibilityVerdict) -> Vec<Line> {
    let what = match (flip.would_be, verdict) {
        (ScopeState::Out, _) => "out of scope with",
        (ScopeState::In, EligibilityVerdict::InScope) => "an account with",
        (ScopeState::In, _) => "in scope with",
    };
    let first = flip.ways.first();
    let several = first.filter(|way| way.len() > 1).map(|way| {
        let fields: BTreeSet<_> = way.iter().flat_map(Needed::seen).map(|(field, _)| field).collect();
        let fields: Vec<_> = fields
            .iter()
            .map(|field| field.trim_start_matches("employee."))
            .collect();
        line(
            "changes needed",
            format!("{}, all of them, of {}", way.len(), fields.join(", ")),
        )
    });
    let ways = flip.ways.iter().enumerate().flat_map(|(way, needed)| {
        let first = if way == 0 { what } else { "or with" };
        needed.iter().enumerate().map(move |(place, needed)| {
            let what = if place == 0 { first } else { "and" };
            let (phrase, seen) = (printable(&needed.phrase()), seen_instead(needed));
            if seen.chars().count() > usize::from(WORD) {
                return line(what, format!("{phrase} ({seen})"));
            }
            [what.to_owned(), phrase, seen]
        })
    });
    let later = flip.ways.iter().flatten().find_map(|needed| match needed {
        Needed::EarlierStart { account_from, .. } => *account_from,
        _ => None,
    });
    let later = later.map(|day| line("or by itself", format!("on {day}")));
    if flip.ways.is_empty() {
        return vec![line(what, "nothing in the record alone brings it about")];
    }
    several.into_iter().chain(ways).chain(later).collect()
}

/// `now: Fiji`.
pub(super) fn seen_instead(needed: &Needed) -> String {
    let seen: Vec<_> = needed
        .seen()
        .into_iter()
        .map(|(_, value)| value.map_or_else(|| "(empty)".to_owned(), |value| printable(&value)))
        .collect();
    if seen.is_empty() {
        return String::new();
    }
    format!("now: {}", seen.join(", "))
}

pub(super) fn seen(field: &FieldSeen) -> Line {
    let value = field
        .text()
        .map_or_else(|| "(empty)".to_owned(), |text| printable(&text));
    line(field.field.trim_start_matches("employee."), value)
}

pub(super) fn values(fields: &[FieldSeen]) -> String {
    let values: Vec<_> = fields.iter().map(|field| seen(field)[..2].join(": ")).collect();
    values.join(", ")
}

pub(super) fn clause_lines(clause: &ClauseSeen) -> Vec<Line> {
    let first = ["clause".to_owned(), one_line(&clause.source), clause_verdict(clause)];
    let failure = clause
        .failure
        .iter()
        .map(|failure| line("", format!("fails: {failure}")));
    let looked_at = (!clause.fields.is_empty()).then(|| line("", values(&clause.fields)));
    [first].into_iter().chain(failure).chain(looked_at).collect()
}

/// What it comes to, and whether that speaks for being admitted.
pub(super) fn clause_verdict(clause: &ClauseSeen) -> String {
    match (clause.holds, clause.wanted) {
        (None, _) => "fails".to_owned(),
        (Some(holds), None) => holds.to_string(),
        (Some(holds), Some(wanted)) if holds == wanted => format!("{holds} ✓"),
        (Some(holds), Some(_)) => format!("{holds} ✗"),
    }
}

pub(super) fn field_lines(field: &Field) -> Vec<Line> {
    let ValueSeen {
        field: name,
        source,
        write,
        value,
        problem,
        ..
    } = &field.new;
    let shown = |value: &str| {
        if value.is_empty() {
            "(empty)".to_owned()
        } else {
            printable(value)
        }
    };
    let new = value.as_deref().map_or_else(|| "(empty)".to_owned(), shown);
    let values = match &field.old {
        Some(old) if field.outcome != FieldOutcome::Same => format!("{} → {new}", shown(old)),
        _ => new,
    };
    let first = [name.clone(), values, field.outcome.as_str().to_owned()];
    let rule = write.and_then(|write| match write {
        WriteMode::Always => None,
        WriteMode::OnCreate => Some("on_create"),
        WriteMode::IfEmpty => Some("if_empty"),
    });
    let rule = rule.map(|rule| format!("write: {rule}")).unwrap_or_default();
    let expression = [String::new(), format!("= {}", one_line(source)), rule];
    let problem = problem.iter().map(|problem| {
        let seen = problem.seen.as_deref().map(|seen| format!(": {}", printable(seen)));
        let words = printable(&problem.cause.in_words());
        line("", format!("{words}{}", seen.unwrap_or_default()))
    });
    [first, expression].into_iter().chain(problem).collect()
}

pub(super) fn problem_line(problem: &Problem) -> Line {
    let what = if problem.cause.blocks_person() {
        "not synced"
    } else {
        "warning"
    };
    let seen = problem.seen.as_deref().map(|seen| format!(": {}", printable(seen)));
    let words = printable(&problem.cause.in_words());
    line(what, format!("{words}{}", seen.unwrap_or_default()))
}

pub(super) fn unseen(unknown: Unknown) -> Line {
    line("a run may see", unknown.as_str())
}

/// Expressions may be written over several lines.
pub(super) fn one_line(source: &str) -> String {
    let words: Vec<_> = source.split_whitespace().collect();
    printable(&words.join(" "))
}
