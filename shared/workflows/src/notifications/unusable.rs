//! Records of Tribal Habits that cannot be used, as notes of a mail: they cannot be corrected in EmployeeConnect, and each
//! record stays as it is until it can be read.

use habitsync_domain::vendors::list::{UnusableRecord, WhyUnusable};

use super::line::{Advice, Entry, Groups, Labels, Tried};
use super::shown::{shown, shown_value};
use super::worklist::Worklist;

/// So many records are named; the others are counted in one line.
const NAMED: usize = 100;

/// Which list the records are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnusableOf {
    /// Topics.
    Topics,
    /// Enrolments.
    Enrolments,
    /// Accounts of users.
    Accounts,
}

const LABELS: Labels = Labels {
    number: "id",
    field: "Problem",
    seen: "Found",
    expected: "Should be",
};

const TOPICS: Advice = Advice {
    rank: 58,
    title: "Topics that cannot be read",
    what_to_do: "Tribal Habits lists these topics without a value that the integration needs, or one id for two topics. Complete \
                 them in Tribal Habits, or reply to this e-mail. Until then a course that exists stays as it is, and none is made.",
    labels: LABELS,
};

const ENROLMENTS: Advice = Advice {
    rank: 73,
    title: "Completions that cannot be read",
    what_to_do: "Tribal Habits lists these enrolments without a user, a topic or a time of completion. They are not recorded. \
                 Correct them in Tribal Habits, or reply to this e-mail.",
    labels: LABELS,
};

const ACCOUNTS: Advice = Advice {
    rank: 64,
    title: "Accounts that cannot be read",
    what_to_do: "Tribal Habits lists these accounts without a user name, or one user name for two accounts. The integration \
                 leaves them as they are and links no employee to them. Correct them in Tribal Habits, or reply to this e-mail.",
    labels: LABELS,
};

impl UnusableOf {
    const fn advice(self) -> Advice {
        match self {
            Self::Topics => TOPICS,
            Self::Enrolments => ENROLMENTS,
            Self::Accounts => ACCOUNTS,
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Topics => "topic",
            Self::Enrolments => "enrolment",
            Self::Accounts => "account",
        }
    }

    /// A run that does not read the portal's users cannot see that an account was corrected.
    const fn is_seen_by_every_run(self) -> bool {
        !matches!(self, Self::Accounts)
    }

    fn entry(self, record: &UnusableRecord) -> Entry<'_> {
        let id = record.id.as_deref().unwrap_or_default();
        let number = match self {
            Self::Topics | Self::Enrolments => shown(id),
            Self::Accounts => shown_value("user name", id),
        };
        Entry {
            who: format!("{} {number}", self.noun()),
            number,
            field: problem(record.why).to_owned(),
            expected: String::new(),
            raw: id,
            ..self.line()
        }
    }

    /// The records that are not named: those without an id, and those beyond the first ones.
    fn others(self, count: usize) -> Entry<'static> {
        Entry {
            who: format!("{count} without an id, or not named here: {}s", self.noun()),
            ..self.line()
        }
    }

    const fn line(self) -> Entry<'static> {
        Entry {
            who: String::new(),
            number: String::new(),
            field: String::new(),
            seen: None,
            expected: String::new(),
            tried: Tried::NextRun,
            unseen: !self.is_seen_by_every_run(),
            raw: "",
        }
    }
}

const fn problem(why: WhyUnusable) -> &'static str {
    match why {
        WhyUnusable::NotARecord => "no record that can be read",
        WhyUnusable::NoId => "no usable id",
        WhyUnusable::Contradicted => "listed twice, with other values",
        WhyUnusable::LacksAValue => "a value is missing or cannot be read",
    }
}

impl Worklist {
    /// The same, with notes about records that cannot be used.
    #[must_use]
    pub fn with_unusable(mut self, list: UnusableOf, records: &[UnusableRecord]) -> Self {
        let (named, without_id): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.id.is_some());
        let mut notes = Groups::default();
        for record in named.iter().take(NAMED) {
            notes.add(list.advice(), None, list.entry(record));
        }
        let others = named.len().saturating_sub(NAMED) + without_id.len();
        if others > 0 {
            notes.add(list.advice(), None, list.others(others));
        }
        self.notes.extend(notes.sorted());
        self.notes.sort_by_key(|group| group.rank);
        self
    }
}
