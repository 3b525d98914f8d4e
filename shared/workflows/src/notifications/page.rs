//! The content of both renderings of a mail, in reading order: events, fixed lines, advice, notes and the small print.

use habitsync_domain::configuration::TenantConfiguration;
use jiff::{Timestamp, ToSpan};

use super::line::{Group, Line, PEOPLE, Tried};
use super::message::{MailKind, MailMessage};
use super::promise::leaver_promise;
use super::subject::Subject;
use super::worklist::{KnownLines, Mark, Worklist};
use super::{local_time, shown::shown};

/// So many lines of a group are shown; a mail that is too long is cut off by its reader's program. The spreadsheet has all.
const LINES_SHOWN: usize = 25;

/// So many groups of each kind are shown, the most important first: SES takes no mail of any length.
const GROUPS_SHOWN: usize = 40;

/// The greatest number of names of fixed lines that are listed.
const NAMES_SHOWN: usize = 10;

/// So many titles are in what a mail program shows behind the subject.
const TITLES_PREVIEWED: usize = 12;

/// A mail's content.
pub(super) struct Page<'a> {
    configuration: &'a TenantConfiguration,
    message: &'a MailMessage<'a>,
    /// When the next run is, in local time: the calendar is looked up once and not for each of thousands of lines.
    next_run: Option<String>,
    known: Option<KnownLines<'a>>,
    pub(super) customer: String,
    /// What a mail program shows behind the subject.
    pub(super) preview: String,
    pub(super) heading: String,
    pub(super) intro: Vec<String>,
    pub(super) is_good_news: bool,
    pub(super) is_bad_news: bool,
    pub(super) failure: Option<PageFailure>,
    pub(super) groups: Vec<PageGroup>,
    pub(super) notes: Vec<PageGroup>,
    pub(super) small_print: Vec<String>,
    pub(super) signature: String,
}

pub(super) struct PageFailure {
    pub(super) since: String,
    pub(super) what_to_do: String,
    pub(super) tried: Option<String>,
}

pub(super) struct PageGroup {
    pub(super) title: String,
    pub(super) what_to_do: String,
    pub(super) count: usize,
    pub(super) lines: Vec<PageLine>,
    /// How many more the spreadsheet has.
    pub(super) more: usize,
}

pub(super) struct PageLine {
    pub(super) who: String,
    pub(super) number: String,
    pub(super) mark: Option<&'static str>,
    pub(super) facts: Vec<Fact>,
}

pub(super) struct Fact {
    pub(super) label: String,
    pub(super) value: String,
    /// Whether it is a field's value as it was entered, in any script and direction.
    pub(super) is_found: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(message: &'a MailMessage<'a>) -> Self {
        let mut page = Self {
            configuration: message.configuration,
            message,
            next_run: next_run(message, message.at),
            // In a first mail everything is new, and nothing has to say so; in a reminder nothing is.
            known: match message.kind {
                MailKind::News { .. } => message.before.filter(|before| !before.is_empty()).map(Worklist::known),
                MailKind::Reminder { .. } | MailKind::AllClear { .. } | MailKind::Notes => None,
            },
            customer: shown(&message.configuration.name),
            preview: String::new(),
            heading: heading(message),
            intro: Vec::new(),
            is_good_news: matches!(message.kind, MailKind::AllClear { .. }),
            is_bad_news: message.worklist.failure.is_some(),
            failure: None,
            groups: Vec::new(),
            notes: Vec::new(),
            small_print: Vec::new(),
            signature: String::new(),
        };
        page.intro = page.intro();
        page.failure = page.failure();
        page.groups = page.groups_of(&message.worklist.groups);
        page.notes = page.groups_of(&message.worklist.notes);
        page.preview = page.preview();
        page.signature = page.signature();
        page
    }

    /// Adds the small print. `attached`: the lines that the attached spreadsheet holds, and those that do not fit into it.
    pub(super) fn add_small_print(&mut self, attached: Option<(usize, usize)>) {
        self.small_print = self.small_print(attached);
    }

    /// Returns how a line differs from the last mail; none where that is not shown.
    pub(super) fn mark_of(&self, line: &Line) -> Option<&'static str> {
        match self.known.as_ref()?.mark(line) {
            Mark::New => Some("new"),
            Mark::Changed => Some("changed"),
            Mark::Known => None,
        }
    }

    /// When the line is tried again, in local time.
    pub(super) fn tried(&self, line: &Line) -> Option<String> {
        match line.tried {
            Tried::Never => None,
            Tried::NextRun => self.next_run.clone(),
            Tried::After(due) if due <= self.message.at => self.next_run.clone(),
            Tried::After(due) => {
                let run = next_run(self.message, due.checked_sub(1.second()).unwrap_or(due));
                // Where no run is scheduled, one after this moment tries it.
                let then = run.unwrap_or_else(|| local_time::after(due, &self.configuration.time_zone));
                Some(format!("{then}; sooner once it is corrected in EmployeeConnect"))
            }
        }
    }

    fn intro(&self) -> Vec<String> {
        let worklist = self.message.worklist;
        match &self.message.kind {
            MailKind::News {
                new,
                changed,
                fixed,
                left,
                made,
            } => {
                let rest = (worklist.failure.is_none() && self.message.subject == Subject::Users)
                    .then(|| "Everything else is synchronised.".to_owned());
                let news = self.known.is_some().then(|| what_is_new(*new, *changed)).flatten();
                let decided = decided(left, made);
                let news = [news, self.fixed(fixed, fixed.len())].into_iter().chain(decided);
                news.chain([rest]).flatten().collect()
            }
            MailKind::Reminder { told_at } => {
                let day = local_time::day(*told_at, &self.configuration.time_zone);
                vec![format!("Nothing has changed since our e-mail of {day}.")]
            }
            MailKind::AllClear {
                fixed,
                names,
                left,
                made,
            } => {
                let done = format!(
                    "Nothing about your {} needs your attention any more.",
                    self.message.subject.name()
                );
                let fixed = self.fixed(names, usize::try_from(*fixed).unwrap_or(usize::MAX));
                [Some(done), fixed]
                    .into_iter()
                    .chain(decided(left, made))
                    .flatten()
                    .collect()
            }
            MailKind::Notes => vec!["Nothing of this is urgent.".to_owned()],
        }
    }

    /// Results are no longer listed once they are recorded, or too old to be mailed. `of` is how many the thread counts.
    fn fixed(&self, names: &[String], of: usize) -> Option<String> {
        if names.is_empty() {
            return None;
        }
        let what = match self.message.subject {
            Subject::Results => "No longer on the list",
            Subject::Users | Subject::Courses | Subject::UserSyncStopped | Subject::Connection(_) => {
                "Fixed since the last e-mail"
            }
        };
        let of = if of > names.len() {
            format!(" of the {of}")
        } else {
            String::new()
        };
        Some(format!("{what}: {}{of} ({}).", names.len(), listed(names)))
    }

    fn failure(&self) -> Option<PageFailure> {
        let failure = self.message.worklist.failure.as_ref()?;
        let what = match self.message.subject {
            Subject::Courses => "No course has been synchronised",
            Subject::UserSyncStopped => "No run of the user sync has finished",
            Subject::Users | Subject::Results | Subject::Connection(_) => "Nothing has been synchronised",
        };
        let since = match failure.last_success_at {
            Some(at) => format!("{what} since {}.", local_time::long(at, &self.configuration.time_zone)),
            None => format!("{what} so far."),
        };
        Some(PageFailure {
            since,
            what_to_do: failure.what_to_do.clone(),
            tried: self
                .next_run
                .as_ref()
                .map(|next| format!("Every run tries again, the next one {next}.")),
        })
    }

    fn groups_of(&self, groups: &[Group]) -> Vec<PageGroup> {
        groups
            .iter()
            .take(GROUPS_SHOWN)
            .map(|group| self.group(group))
            .collect()
    }

    /// New lines come first, so that they are among those shown.
    fn group(&self, group: &Group) -> PageGroup {
        let mut lines: Vec<&Line> = group.lines.iter().collect();
        lines.sort_by_key(|line| self.mark_of(line).is_none());
        PageGroup {
            title: group.title.clone(),
            what_to_do: group.what_to_do.clone(),
            count: group.lines.len(),
            lines: lines
                .iter()
                .take(LINES_SHOWN)
                .map(|line| self.line(group, line))
                .collect(),
            more: group.lines.len().saturating_sub(LINES_SHOWN),
        }
    }

    fn line(&self, group: &Group, line: &Line) -> PageLine {
        let fact = |label: &str, value: Option<String>, is_found| {
            value.filter(|value| !value.is_empty()).map(|value| Fact {
                label: label.to_owned(),
                value,
                is_found,
            })
        };
        let labels = &group.labels;
        let facts = [
            fact(&labels.field, Some(line.field.clone()), false),
            fact(&labels.seen, line.seen.clone(), labels.seen == PEOPLE.seen),
            fact(&labels.expected, Some(line.expected.clone()), false),
            fact("Tried next", self.tried(line), false),
        ];
        PageLine {
            who: line.who.clone(),
            number: format!("{} {}", labels.number, line.number),
            mark: self.mark_of(line),
            facts: facts.into_iter().flatten().collect(),
        }
    }

    /// No names: it is shown on locked screens.
    fn preview(&self) -> String {
        let since = self.failure.iter().map(|failure| &failure.since);
        let titles = self.groups.iter().chain(&self.notes).map(|group| &group.title);
        let titles: Vec<_> = since.chain(titles).take(TITLES_PREVIEWED).map(String::as_str).collect();
        if titles.is_empty() {
            return self.intro.first().cloned().unwrap_or_default();
        }
        titles.join(" · ")
    }

    fn small_print(&self, attached: Option<(usize, usize)>) -> Vec<String> {
        let worklist = self.message.worklist;
        let mut lines = Vec::new();
        if !worklist.is_empty() {
            if self.message.subject == Subject::Users {
                let next = self.next_run.as_ref();
                let next = next.map_or_else(String::new, |next| format!(" ({next})"));
                lines.push(format!("What you correct is taken up by the next run{next}."));
            }
            let then = match worklist.failure {
                Some(_) => "We write again when it works, and remind you less and less often until then.",
                None => "We write again when this list changes, and remind you less and less often while it does not.",
            };
            lines.push(then.to_owned());
        }
        lines.extend(attached.map(describe_attached));
        if self.message.subject == Subject::Users {
            lines.push(leaver_promise(self.configuration));
        }
        lines.push("Questions? Reply to this e-mail.".to_owned());
        lines
    }

    fn signature(&self) -> String {
        let at = local_time::long(self.message.at, &self.configuration.time_zone);
        format!("{} · {} · {at}", self.customer, self.message.subject.name())
    }
}

/// The first run after this moment, in local time.
fn next_run(message: &MailMessage<'_>, after: Timestamp) -> Option<String> {
    local_time::next_try(message.configuration, message.job, after)
}

fn describe_attached((rows, left): (usize, usize)) -> String {
    match left {
        0 => "All lines are attached as a spreadsheet.".to_owned(),
        _ => {
            format!("The first {rows} lines are attached as a spreadsheet; {left} more do not fit into it.")
        }
    }
}

fn heading(message: &MailMessage<'_>) -> String {
    let count = message.worklist.len();
    if let Some(failure) = &message.worklist.failure {
        return match message.kind {
            MailKind::Reminder { .. } => format!("Still so: {}", failure.title),
            MailKind::News { .. } | MailKind::AllClear { .. } | MailKind::Notes => failure.title.clone(),
        };
    }
    match &message.kind {
        MailKind::AllClear { fixed: 0, .. } => "All clear: nothing needs your attention".to_owned(),
        MailKind::AllClear { fixed: 1, .. } => "All clear: 1 thing was fixed".to_owned(),
        MailKind::AllClear { fixed, .. } => format!("All clear: {fixed} things were fixed"),
        MailKind::Notes => format!("Good to know about your {}", message.subject.name()),
        MailKind::Reminder { .. } if count == 1 => "1 thing still needs your attention".to_owned(),
        MailKind::Reminder { .. } => format!("{count} things still need your attention"),
        MailKind::News { .. } if count == 1 => "1 thing needs your attention".to_owned(),
        MailKind::News { .. } => format!("{count} things need your attention"),
    }
}

/// The changes that were approved and those that were rejected since the last mail.
fn decided(left: &[String], made: &[String]) -> [Option<String>; 2] {
    let said = |what: &str, names: &[String]| {
        let said = format!(
            "Decided since the last e-mail, {what}: {} ({}).",
            names.len(),
            listed(names)
        );
        (!names.is_empty()).then_some(said)
    };
    [said("left as they are", left), said("made", made)]
}

fn what_is_new(new: usize, changed: usize) -> Option<String> {
    match (new, changed) {
        (0, 0) => None,
        (new, 0) => Some(format!("New since the last e-mail: {new}.")),
        (0, changed) => Some(format!("Changed since the last e-mail: {changed}.")),
        (new, changed) => Some(format!("Since the last e-mail: {new} new, {changed} changed.")),
    }
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMES_SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
