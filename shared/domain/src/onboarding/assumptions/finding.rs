//! The finding about an assumption at one customer. Findings are shown and stored, so they contain counts and shapes,
//! never personal data.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Assumption;
use crate::tenant::TenantId;

/// Words of a vendor that are shown at most.
const MOST_WORDS: usize = 8;
/// The longest term shown, in characters.
const LONGEST_WORD: usize = 40;

/// Whether an assumption holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AssumptionVerdict {
    /// It does not, and something has to be done.
    Differs,
    /// The check cannot decide it, or not by reading.
    CannotTell,
    /// It does.
    Ok,
}

/// The advice of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Advice {
    /// A setting of the customer's configuration copes.
    Set {
        /// The key, for instance `employee_connect.page_size`.
        key: String,
        /// The value, as the file has it.
        value: String,
    },
    /// No setting copes: this source file has to change.
    Mend {
        /// The file, from the root of the repository.
        file: &'static str,
    },
    /// A third party has to do something, or to be asked.
    Ask {
        /// The request, as a sentence without a full stop.
        what: String,
    },
    /// A rehearsal shows it.
    Rehearse,
}

/// The finding about an assumption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumptionFinding {
    /// The assumption.
    pub assumption: &'static Assumption,
    /// Whether it holds.
    pub verdict: AssumptionVerdict,
    /// The observation, without personal data.
    pub seen: String,
    /// The remedies, best first; empty where there is none.
    pub advice: Vec<Advice>,
}

impl Assumption {
    /// It holds.
    #[must_use]
    pub fn holds(&'static self, seen: impl Into<String>) -> AssumptionFinding {
        self.found(AssumptionVerdict::Ok, seen.into(), Vec::new())
    }

    /// It does not hold, and this copes.
    #[must_use]
    pub fn differs(&'static self, seen: impl Into<String>, advice: Vec<Advice>) -> AssumptionFinding {
        self.found(AssumptionVerdict::Differs, seen.into(), advice)
    }

    /// It does not hold, and no setting copes.
    #[must_use]
    pub fn needs_mending(&'static self, seen: impl Into<String>) -> AssumptionFinding {
        self.differs(seen, vec![self.mend()])
    }

    /// Returns the finding that the check cannot decide it.
    #[must_use]
    pub fn untold(&'static self, seen: impl Into<String>, advice: Vec<Advice>) -> AssumptionFinding {
        self.found(AssumptionVerdict::CannotTell, seen.into(), advice)
    }

    /// Returns the advice to change the source file that depends on it.
    #[must_use]
    pub fn mend(&self) -> Advice {
        Advice::Mend { file: self.file }
    }

    fn found(&'static self, verdict: AssumptionVerdict, seen: String, advice: Vec<Advice>) -> AssumptionFinding {
        AssumptionFinding {
            assumption: self,
            verdict,
            seen,
            advice,
        }
    }
}

impl Advice {
    /// A setting that copes; `value` as the file has it.
    #[must_use]
    pub fn set(key: &str, value: impl Into<String>) -> Self {
        Self::Set {
            key: key.to_owned(),
            value: value.into(),
        }
    }

    /// Credentials that work are to be stored.
    #[must_use]
    pub fn store_credentials(tenant: &TenantId) -> Self {
        Self::ask(format!(
            "store working credentials: habitsync tenant secrets set {tenant} vendors FILE"
        ))
    }

    /// Returns the advice to ask a third party.
    #[must_use]
    pub fn ask(what: impl Into<String>) -> Self {
        Self::Ask { what: what.into() }
    }
}

/// A few words of a vendor's own (labels, statuses, names of fields) and how many more there are.
#[must_use]
pub fn few<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut words = words.into_iter();
    let shown: Vec<_> = words.by_ref().take(MOST_WORDS).map(short).collect();
    match words.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Shortens a vendor's term to its recognisable beginning. An address is withheld: it is no vendor's term, but personal
/// data.
fn short(word: &str) -> String {
    if word.contains('@') {
        return "(an address)".to_owned();
    }
    if word.chars().count() <= LONGEST_WORD {
        return word.to_owned();
    }
    word.chars().take(LONGEST_WORD).chain(['…']).collect()
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { key, value } => write!(f, "set {key} = {value}"),
            Self::Mend { file } => write!(f, "change {file}, which is ours"),
            Self::Ask { what } => f.write_str(what),
            Self::Rehearse => f.write_str("rehearse shows it"),
        }
    }
}

/// Serializes flat, with the assumption spelled out: a reader needs no list of assumptions.
impl Serialize for AssumptionFinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'f> {
            id: &'static str,
            vendor: crate::vendors::vendor::Vendor,
            confidence: super::Confidence,
            says: &'static str,
            verdict: AssumptionVerdict,
            seen: &'f str,
            advice: &'f [Advice],
        }
        let Assumption {
            id,
            vendor,
            confidence,
            says,
            ..
        } = *self.assumption;
        Written {
            id,
            vendor,
            confidence,
            says,
            verdict: self.verdict,
            seen: &self.seen,
            advice: &self.advice,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onboarding::assumptions::tribal_habits::TOPIC_LINKS;

    #[test]
    fn many_words_are_a_few_and_a_number_and_long_ones_are_cut() {
        assert_eq!(few(["Active", "Left"]), "Active, Left");
        assert_eq!(few(["Site", "jo@acme.example"]), "Site, (an address)");
        let many: Vec<_> = (1..=10).map(|number| number.to_string()).collect();
        assert_eq!(
            few(many.iter().map(String::as_str)),
            "1, 2, 3, 4, 5, 6, 7, 8 and 2 more"
        );
        assert_eq!(few([&*"ä".repeat(41)]), format!("{}…", "ä".repeat(40)));
    }

    #[test]
    fn a_finding_is_written_with_what_it_is_about_and_what_to_do() {
        let advice = vec![Advice::set("courses.launch_urls", "{ … }"), TOPIC_LINKS.mend()];
        let finding = TOPIC_LINKS.differs("0 of 12 topics carry links", advice);
        let written = serde_json::to_value(&finding).expect("is written");
        assert_eq!(written["id"], "tribal_habits.topics.auto_enrol_links");
        assert_eq!(
            (&written["vendor"], &written["verdict"]),
            (&"tribal_habits".into(), &"differs".into())
        );
        assert_eq!(written["advice"][0]["key"], "courses.launch_urls");
        assert_eq!(written["advice"][1]["kind"], "mend");
        assert_eq!(
            finding.advice[1].to_string(),
            "change shared/tribal-habits/src/wire.rs, which is ours"
        );
    }
}
