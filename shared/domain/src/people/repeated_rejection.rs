//! One refusal of many writes is one mistake, in the configuration or in the set-up of the portal, and no employee's problem:
//! the run stops with one line, instead of one line for each employee.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::identity::EmployeeId;
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::{RejectedPart, RejectedWrite, Rejection};

/// Fewer equal refusals than this are problems of single employees.
const AT_LEAST: usize = 5;

/// A smaller share of the writes, in percent, is a problem of single employees.
const SHARE_PERCENT: usize = 20;

/// Whether `alike` equal refusals among `writes` writes are one mistake.
#[must_use]
pub const fn is_one_mistake(alike: usize, writes: usize) -> bool {
    alike >= AT_LEAST && alike.saturating_mul(100) >= writes.saturating_mul(SHARE_PERCENT)
}

/// The common part of equal refusals: the refused part, and the reason without the values that it quotes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommonRejection {
    part: Part,
    gist: String,
}

/// The part of a user that was refused, in the order in which a message names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    User,
    UserName,
    Field(String),
}

impl Part {
    fn name(&self) -> &str {
        match self {
            Self::User => "the user",
            Self::UserName => "user_name",
            Self::Field(field) => field,
        }
    }
}

impl CommonRejection {
    /// Returns what this refusal has in common with equal ones; none where the portal refused nothing.
    fn new(what: &RejectedPart, problem: &Problem) -> Option<Self> {
        let gist = match &problem.cause {
            Cause::RefusedField { reason, .. } | Cause::RefusedPerson { reason } => gist(reason, problem),
            Cause::AccountMissing => "no account".to_owned(),
            _ => return None,
        };
        let part = match what {
            RejectedPart::Person => Part::User,
            RejectedPart::UserName => Part::UserName,
            RejectedPart::Field(field) => Part::Field(field.to_string()),
        };
        Some(Self { part, gist })
    }

    /// Returns what a stored rejected write has in common with equal ones.
    #[must_use]
    pub fn of_setback(rejected_write: &RejectedWrite) -> Option<Self> {
        Self::new(&rejected_write.what, &rejected_write.problem)
    }
}

/// Counts equal refusals by what they have in common.
#[derive(Debug, Clone, Default)]
pub struct RejectionTally(BTreeMap<CommonRejection, Alike>);

/// The employees whose writes met equal refusals, and the portal's words about the first of them.
#[derive(Clone, Default)]
struct Alike {
    employees: BTreeSet<EmployeeId>,
    reason: String,
}

impl RejectionTally {
    /// Counts a refusal that has just come.
    pub fn count(&mut self, refusal: &Rejection) {
        self.add(&refusal.what, &refusal.problem);
    }

    /// Counts a rejected write that an earlier run stored.
    pub fn count_setback(&mut self, rejected_write: &RejectedWrite) {
        self.add(&rejected_write.what, &rejected_write.problem);
    }

    fn add(&mut self, what: &RejectedPart, problem: &Problem) {
        let Some(common) = CommonRejection::new(what, problem) else {
            return;
        };
        let alike = self.0.entry(common).or_default();
        if alike.employees.is_empty() {
            reason(&problem.cause).clone_into(&mut alike.reason);
        }
        alike.employees.insert(problem.employee_id.clone());
    }

    /// Returns the refusals that are one mistake among so many writes.
    #[must_use]
    pub fn repeated(&self, writes: usize) -> Option<RepeatedRejection> {
        let repeated = self
            .0
            .iter()
            .filter(|(_, alike)| is_one_mistake(alike.employees.len(), writes));
        let refusals: Vec<_> = repeated
            .map(|(common, alike)| OneRefusal {
                common: common.clone(),
                employees: alike.employees.len(),
                reason: alike.reason.clone(),
            })
            .collect();
        (!refusals.is_empty()).then_some(RepeatedRejection { refusals, writes })
    }
}

/// Refusals that met so many writes that each is one mistake. `Debug` and `Display` withhold the portal's words, which may quote
/// values.
#[derive(Clone, PartialEq, Eq)]
pub struct RepeatedRejection {
    refusals: Vec<OneRefusal>,
    writes: usize,
}

#[derive(Clone, PartialEq, Eq)]
struct OneRefusal {
    common: CommonRejection,
    employees: usize,
    reason: String,
}

impl RepeatedRejection {
    /// Returns the names of the refused fields as the portal spells them; empty where it refuses whole users.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let is_field = |refusal: &&OneRefusal| refusal.common.part != Part::User;
        self.refusals.iter().filter(is_field).map(OneRefusal::name).collect()
    }

    /// Returns the portal's words, once each, for the customer's mail.
    #[must_use]
    pub fn reasons(&self) -> Vec<&str> {
        let reasons: BTreeSet<_> = self.refusals.iter().map(|refusal| refusal.reason.as_str()).collect();
        reasons.into_iter().filter(|reason| !reason.is_empty()).collect()
    }

    /// Whether a stored rejected write is one of these.
    #[must_use]
    pub fn covers(&self, rejected_write: &RejectedWrite) -> bool {
        let common = CommonRejection::of_setback(rejected_write);
        common.is_some_and(|common| self.refusals.iter().any(|refusal| refusal.common == common))
    }
}

impl OneRefusal {
    fn name(&self) -> &str {
        self.common.part.name()
    }
}

impl fmt::Display for RepeatedRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |refusal: &OneRefusal| format!("{} for {} employees", refusal.name(), refusal.employees);
        let parts: Vec<_> = self.refusals.iter().map(each).collect();
        write!(
            f,
            "Tribal Habits refused {}, for one reason, among {} writes: one mistake in the configuration or the portal, so \
             the run stopped",
            parts.join(", "),
            self.writes
        )
    }
}

impl fmt::Debug for RepeatedRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for CommonRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.part.name())
    }
}

impl fmt::Debug for Alike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} employees", self.employees.len())
    }
}

fn reason(cause: &Cause) -> &str {
    match cause {
        Cause::RefusedField { reason, .. } | Cause::RefusedPerson { reason } => reason,
        _ => "",
    }
}

/// The reason without what differs between employees: the refused value, quoted texts, addresses and numbers.
fn gist(reason: &str, problem: &Problem) -> String {
    let reason = reason.to_lowercase();
    let own = [problem.seen.as_deref(), Some(problem.person.as_str())];
    let without_own = own
        .into_iter()
        .flatten()
        .fold(reason, |text, value| without(&text, &value.trim().to_lowercase()));
    let words = without_quotes(&without_own);
    let same_for_all =
        |word: &&str| !word.contains(|letter: char| letter.is_numeric() || letter == '@' || letter == '…');
    words
        .split_whitespace()
        .filter(same_for_all)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the text without a value, wherever it occurs as a whole word.
fn without(text: &str, value: &str) -> String {
    if value.is_empty() {
        return text.to_owned();
    }
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(value) {
        let (before, found) = rest.split_at(at);
        let after = &found[value.len()..];
        let is_word = !ends_in_word(before) && !begins_word(after);
        kept.push_str(before);
        kept.push_str(if is_word { "…" } else { value });
        rest = after;
    }
    kept + rest
}

/// Returns the text without the parts between two equal quotation marks; an apostrophe inside a name is no quotation
/// mark.
fn without_quotes(text: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(open) = rest.find(is_quote) {
        let (before, quoted) = rest.split_at(open);
        let mark = quoted.chars().next().unwrap_or_default();
        let inside = &quoted[mark.len_utf8()..];
        let is_opening = !ends_in_word(before);
        let close = inside
            .match_indices(closing(mark))
            .find(|(at, close)| !begins_word(&inside[at + close.len()..]));
        kept.push_str(before);
        if let Some((at, close)) = close.filter(|_| is_opening) {
            kept.push('…');
            rest = &inside[at + close.len()..];
        } else {
            kept.push(mark);
            rest = inside;
        }
    }
    kept + rest
}

const fn is_quote(letter: char) -> bool {
    matches!(letter, '\'' | '"' | '`' | '‘' | '“' | '«')
}

const fn closing(mark: char) -> char {
    match mark {
        '‘' => '’',
        '“' => '”',
        '«' => '»',
        same => same,
    }
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(char::is_alphanumeric)
}

fn begins_word(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(employee: usize, reason: &str, seen: Option<&str>) -> Rejection {
        Rejection {
            what: RejectedPart::Field("X-Jobtitle".parse().expect("a field")),
            digest: String::new(),
            problem: Problem {
                cause: Cause::RefusedField {
                    field: "X-Jobtitle".to_owned(),
                    reason: reason.to_owned(),
                },
                employee_id: format!("E{employee}").parse().expect("an id"),
                person: format!("Jo Number{employee}"),
                seen: seen.map(str::to_owned),
            },
        }
    }

    fn tally(reasons: &[(String, String)]) -> RejectionTally {
        let mut tally = RejectionTally::default();
        for (employee, (reason, seen)) in reasons.iter().enumerate() {
            tally.count(&refusal(employee, reason, Some(seen)));
        }
        tally
    }

    #[test]
    fn five_equal_refusals_and_a_fifth_of_the_writes_are_one_mistake() {
        assert!(is_one_mistake(5, 5) && is_one_mistake(5, 25) && is_one_mistake(207, 207));
        assert!(!is_one_mistake(4, 4) && !is_one_mistake(5, 26) && !is_one_mistake(0, 0));
    }

    #[test]
    fn refusals_that_differ_only_in_the_value_they_quote_are_equal() {
        let words: [fn(&str) -> String; 6] = [
            |value| format!("{value} is not in the list"),
            |value| format!("The value '{value}' isn't one of the list's"),
            |value| format!("“{value}” is not accepted (row {})", value.len()),
            |value| format!("not accepted: \"{value}\"."),
            |_| "is unknown".to_owned(),
            |_| String::new(),
        ];
        for words in words {
            let values = ["Analyst", "Head of It", "L'Oréal lead", "a", "Director (Ops)"];
            let reasons: Vec<_> = values.map(|value| (words(value), value.to_owned())).into();
            let repeated = tally(&reasons).repeated(20);
            assert!(repeated.is_some(), "{}", words("x"));
        }
    }

    #[test]
    fn different_reasons_and_different_employees_fewer_than_five_are_not_equal() {
        let reasons = ["too long", "too odd", "unknown", "in use", "empty", "too late"];
        let reasons: Vec<_> = reasons.map(|reason| (reason.to_owned(), "x".to_owned())).into();
        assert_eq!(tally(&reasons).repeated(6), None);
        let mut tally = RejectionTally::default();
        for _ in 0..9 {
            tally.count(&refusal(1, "is unknown", None));
        }
        assert_eq!(tally.repeated(9), None, "one employee is one");
    }

    #[test]
    fn the_message_names_the_field_and_no_word_of_the_portal() {
        let reasons = vec![("'Jo' is unknown".to_owned(), "Jo".to_owned()); 5];
        let repeated = tally(&reasons).repeated(5).expect("is one mistake");
        assert_eq!(
            (repeated.fields(), repeated.reasons()),
            (vec!["X-Jobtitle"], vec!["'Jo' is unknown"])
        );
        let text = format!("{repeated} {repeated:?}");
        assert!(
            text.contains("X-Jobtitle for 5 employees") && !text.contains("unknown"),
            "{text}"
        );
    }
}
