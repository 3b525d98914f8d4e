//! A storm of completions: its events, its results, and the check against the promise.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Where a completion must end: the employee, the course and the day.
pub type Place = (String, String, String);

/// The storm's events, and EmployeeConnect's records at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Storm {
    /// Webhooks that were sent, the duplicates included.
    pub webhooks: usize,
    /// Of these, the second and later ones of one completion.
    pub duplicates: usize,
    /// Webhooks that were not answered 202 at first, and were sent again.
    pub refused: usize,
    /// Completions that no webhook announced.
    pub unannounced: usize,
    /// Completions whose user or course was linked only after all announcements.
    pub late: usize,
    /// Of these, those that were seen to wait for the link.
    pub waited: usize,
    /// How often each kind of fault struck.
    pub faults: Vec<(&'static str, u32)>,
    /// How often the pusher was killed, and how many processes that were.
    pub kills: usize,
    /// The processes that were killed.
    pub processes: usize,
    /// Requests to EmployeeConnect about results.
    pub requests: usize,
    /// Of these, those that wrote.
    pub writes: usize,
    /// Of these, those that were answered that the result is there.
    pub already_there: usize,
    /// From the first webhook to the last result.
    pub time: Duration,
    /// Where each completion must end, by its reference.
    pub expected: BTreeMap<String, Place>,
    /// Where the results are, by their references.
    pub found: Vec<(String, Place)>,
    /// Completions that the table does not call recorded, and what it calls them.
    pub unsettled: Vec<String>,
    /// Messages in the dead-letter queue.
    pub dead_letters: usize,
}

impl Storm {
    /// Results that are missing, somewhere else or there twice.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (reference, place) in &self.found {
            found.entry(reference).or_default().push(place);
        }
        let is_right = |reference: &String, place: &Place| found.get(reference).is_some_and(|found| **found == [place]);
        let missing = self
            .expected
            .iter()
            .filter(|(reference, place)| !is_right(reference, place));
        let invented = found
            .keys()
            .filter(|reference| !self.expected.contains_key(**reference));
        let missing = missing.map(|(reference, place)| format!("{reference} is not at {place:?} once"));
        missing
            .chain(invented.map(|reference| format!("{reference} is nobody's")))
            .collect()
    }

    /// Whether every completion is exactly one result, where it belongs, and nothing has failed for good.
    #[must_use]
    pub fn is_as_promised(&self) -> bool {
        let has_waited = self.waited == self.late;
        self.wrong().is_empty() && self.unsettled.is_empty() && self.dead_letters == 0 && has_waited
    }
}

impl fmt::Display for Storm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |what: &str, figure: String| writeln!(f, "{what:<44} {figure:>8}");
        row("completions", self.expected.len().to_string())?;
        row("webhooks sent", self.webhooks.to_string())?;
        row("  that were duplicates", self.duplicates.to_string())?;
        row("  that were not answered 202 at once", self.refused.to_string())?;
        row("completions without a webhook", self.unannounced.to_string())?;
        row("completions whose link came late", self.late.to_string())?;
        row("  that waited for it", self.waited.to_string())?;
        let struck: u32 = self.faults.iter().map(|(_, struck)| struck).sum();
        row("faults of EmployeeConnect", struck.to_string())?;
        for (fault, struck) in &self.faults {
            row(&format!("  {fault}"), struck.to_string())?;
        }
        row("kills", self.kills.to_string())?;
        row("  processes killed", self.processes.to_string())?;
        row("requests to EmployeeConnect about results", self.requests.to_string())?;
        row("  that wrote", self.writes.to_string())?;
        row("  that were answered 409", self.already_there.to_string())?;
        row("seconds", self.time.as_secs().to_string())?;
        row("results", self.found.len().to_string())?;
        row("  missing, wrong or twice", self.wrong().len().to_string())?;
        row("completions not settled as recorded", self.unsettled.len().to_string())?;
        row("dead letters", self.dead_letters.to_string())?;
        let examples = self.wrong().into_iter().chain(self.unsettled.iter().cloned());
        examples.take(10).try_for_each(|what| writeln!(f, "{what}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(day: &str) -> Place {
        ("E1".to_owned(), "C1".to_owned(), day.to_owned())
    }

    fn storm(found: &[(&str, &str)]) -> Storm {
        let found = found
            .iter()
            .map(|(reference, day)| ((*reference).to_owned(), place(day)));
        Storm {
            expected: [("one".to_owned(), place("2026-03-01"))].into(),
            found: found.collect(),
            ..Storm::default()
        }
    }

    #[test]
    fn every_completion_is_one_result_on_its_day() {
        assert!(storm(&[("one", "2026-03-01")]).is_as_promised());
        assert!(!storm(&[]).is_as_promised(), "missing");
        assert!(!storm(&[("one", "2026-03-02")]).is_as_promised(), "another day");
        let twice = [("one", "2026-03-01"), ("one", "2026-03-01")];
        assert!(!storm(&twice).is_as_promised(), "twice");
        let invented = [("one", "2026-03-01"), ("two", "2026-03-01")];
        assert!(!storm(&invented).is_as_promised(), "nobody's");
        let unseen = Storm {
            late: 1,
            ..storm(&[("one", "2026-03-01")])
        };
        assert!(!unseen.is_as_promised(), "nobody saw it wait");
    }
}
