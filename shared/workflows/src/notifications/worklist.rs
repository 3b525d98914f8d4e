//! The worklist as its reader sees it: problems grouped by cause, each group with its advice, each line with the employee,
//! the field, the value that was found, the expected value, and when it is tried again.
//!
//! Two kinds of groups: things to *do* are mailed as soon as they change, with reminders; *notes* are for information, and
//! go out with the next mail, or by themselves once a week where they changed.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::advice::refusal_titles;
use super::line::{Group, Line, digest};

/// The content of a mail to a customer about one subject, after one run. Holds personal data for the customer's own mail;
/// `Debug` withholds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worklist {
    /// Why a whole run failed, where that is the customer's to mend.
    pub(crate) failure: Option<Failure>,
    /// Things to do, the most important cause first.
    pub(crate) groups: Vec<Group>,
    /// Notes, for information.
    pub(crate) notes: Vec<Group>,
    /// The plan under which removals are held: another plan is mailed again, since a decision names it.
    #[serde(default)]
    pub(crate) plan: Option<String>,
    /// What operators decided of what waited, as the run behind this saw it; not stored.
    #[serde(skip)]
    pub(crate) decided: Decided,
}

/// Numbers of employees about whose accounts operators decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Decided {
    /// Employees with a rejected action: their accounts are left as they are.
    pub(crate) left: BTreeSet<String>,
    /// Employees with an approved action that was made.
    pub(crate) made: BTreeSet<String>,
}

/// Why a whole run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) title: String,
    pub(crate) what_to_do: String,
    /// The end of the last run that succeeded; none where none did.
    pub(crate) last_success_at: Option<Timestamp>,
}

/// How a line stands to the last mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    New,
    Changed,
    Known,
}

/// The lines of the last mail.
#[derive(Debug, Default)]
pub(crate) struct KnownLines<'a>(HashMap<&'a str, Vec<&'a str>>);

impl KnownLines<'_> {
    /// How a line stands to it.
    pub(crate) fn mark(&self, line: &Line) -> Mark {
        match self.0.get(line.key.as_str()) {
            None => Mark::New,
            Some(ids) if ids.contains(&line.id.as_str()) => Mark::Known,
            Some(_) => Mark::Changed,
        }
    }
}

/// What changed since the last mail.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) new: usize,
    pub(crate) changed: usize,
    /// The employees whose lines are gone.
    pub(crate) fixed: Vec<String>,
    /// Whose accounts were left as they are by decision.
    pub(crate) left: Vec<String>,
    /// Whose approved changes were made.
    pub(crate) made: Vec<String>,
}

impl Worklist {
    /// How many things there are to do.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.failure.is_some()) + self.groups.iter().map(|group| group.lines.len()).sum::<usize>()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same for the same set of things to do, whenever it is asked: a mail is sent when it changes.
    #[must_use]
    pub fn digest(&self) -> String {
        let failure = self.failure.iter().map(|failure| failure.title.as_str());
        let plan = self.plan.as_deref();
        let ids: BTreeSet<_> = failure.chain(plan).chain(ids(&self.groups)).collect();
        digest(&ids)
    }

    /// The same for the same notes.
    #[must_use]
    pub fn notes_digest(&self) -> String {
        let ids: BTreeSet<_> = ids(&self.notes).collect();
        digest(&ids)
    }

    /// Returns the number of lines of each cause, for readers who may not see the employees.
    #[must_use]
    pub fn counts(&self) -> Vec<(String, usize)> {
        let failure = self.failure.iter().map(|failure| (failure.title.clone(), 1));
        let groups = self.groups.iter().map(|group| (group.title.clone(), group.lines.len()));
        failure.chain(groups).collect()
    }

    /// Returns this with the lines of the last mail that the run behind it could not see.
    pub(crate) fn with_unseen(mut self, before: &Self) -> Self {
        carry_unseen(&mut self.groups, &before.groups);
        carry_unseen(&mut self.notes, &before.notes);
        self
    }

    /// This without the lines of what Tribal Habits refused of single employees: the mail about one mistake takes their place.
    pub(crate) fn without_refusals(mut self) -> Self {
        let titles = refusal_titles();
        self.groups.retain(|group| !titles.contains(&group.title.as_str()));
        self
    }

    /// Returns the things to do, without notes.
    pub(crate) fn without_notes(&self) -> Self {
        Self {
            notes: Vec::new(),
            ..self.clone()
        }
    }

    /// Returns its lines by their subject.
    pub(crate) fn known(&self) -> KnownLines<'_> {
        let mut known: KnownLines<'_> = KnownLines::default();
        for line in self.lines() {
            known.0.entry(&line.key).or_default().push(&line.id);
        }
        known
    }

    /// Returns the changes since `before` was mailed.
    pub(crate) fn since(&self, before: &Self) -> Changes {
        let mut changes = Changes::default();
        let known = before.known();
        for line in lines(&self.groups) {
            match known.mark(line) {
                Mark::New => changes.new += 1,
                Mark::Changed => changes.changed += 1,
                Mark::Known => {}
            }
        }
        let keys: BTreeSet<_> = self.lines().map(|line| &line.key).collect();
        let gone = before
            .groups
            .iter()
            .flat_map(|group| group.lines.iter().map(move |line| (group, line)));
        for (group, line) in gone.filter(|(_, line)| !keys.contains(&line.key)) {
            let place = match group.is_pending_approvals() {
                true if self.decided.left.contains(&line.number) => &mut changes.left,
                true if self.decided.made.contains(&line.number) => &mut changes.made,
                true | false => &mut changes.fixed,
            };
            place.push(line.who.clone());
        }
        if before.failure.is_some() && self.failure.is_none() {
            changes
                .fixed
                .extend(before.failure.iter().map(|failure| failure.title.clone()));
        }
        changes
    }

    /// Each line with its group, for the attached spreadsheet.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&Group, &Line)> {
        let groups = self.groups.iter().chain(&self.notes);
        groups.flat_map(|group| group.lines.iter().map(move |line| (group, line)))
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.rows().map(|(_, line)| line)
    }

    /// The worklist in pieces of at most so many lines, each of which can be stored by itself.
    #[must_use]
    pub fn pieces(&self, lines: usize) -> Vec<Self> {
        let has_head = self.failure.is_some() || self.plan.is_some();
        let head = has_head.then(|| Self {
            failure: self.failure.clone(),
            plan: self.plan.clone(),
            ..Self::default()
        });
        let split = |group: &Group| -> Vec<Group> {
            let pieces = group.lines.chunks(lines.max(1));
            pieces
                .map(|lines| Group {
                    lines: lines.to_vec(),
                    ..group.clone()
                })
                .collect()
        };
        let groups = self.groups.iter().flat_map(split).map(|group| Self {
            groups: vec![group],
            ..Self::default()
        });
        let notes = self.notes.iter().flat_map(split).map(|group| Self {
            notes: vec![group],
            ..Self::default()
        });
        head.into_iter().chain(groups).chain(notes).collect()
    }

    /// The worklist that these are the pieces of, in their order.
    #[must_use]
    pub fn joined(pieces: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::default();
        for piece in pieces {
            whole.failure = piece.failure.or(whole.failure);
            whole.plan = piece.plan.or(whole.plan);
            join(&mut whole.groups, piece.groups);
            join(&mut whole.notes, piece.notes);
        }
        whole
    }
}

fn join(known: &mut Vec<Group>, more: Vec<Group>) {
    for group in more {
        match known.last_mut() {
            Some(last) if last.title == group.title && last.what_to_do == group.what_to_do => {
                last.lines.extend(group.lines);
            }
            _ => known.push(group),
        }
    }
}

fn carry_unseen(groups: &mut Vec<Group>, before: &[Group]) {
    let keys: BTreeSet<_> = lines(groups).map(|line| line.key.clone()).collect();
    for group in before {
        let is_carried = |line: &&Line| line.unseen && !keys.contains(&line.key);
        let carried: Vec<_> = group.lines.iter().filter(is_carried).cloned().collect();
        if !carried.is_empty() {
            add(
                groups,
                Group {
                    lines: carried,
                    ..group.clone()
                },
            );
        }
    }
}

fn add(groups: &mut Vec<Group>, group: Group) {
    let same = |known: &&mut Group| known.title == group.title && known.what_to_do == group.what_to_do;
    match groups.iter_mut().find(same) {
        Some(known) => {
            known.lines.extend(group.lines);
            known.lines.sort();
        }
        None => groups.push(group),
    }
    groups.sort_by_key(|group| group.rank);
}

fn lines(groups: &[Group]) -> impl Iterator<Item = &Line> {
    groups.iter().flat_map(|group| &group.lines)
}

fn ids(groups: &[Group]) -> impl Iterator<Item = &str> {
    lines(groups).map(|line| line.id.as_str())
}
