//! How many changes of accounts there are of each kind: what an operator reads, and types to agree to them.

use super::{ChangeKind, PerChange};

/// How many changes of accounts there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActionCounts {
    /// Deactivations, on any evidence.
    pub deactivations: usize,
    /// Creates, renames and updates.
    pub changes: PerChange<usize>,
}

impl ActionCounts {
    /// As they are typed: `--yes-deactivate 3 --yes-create 120`; kinds that there is none of are left out.
    #[must_use]
    pub fn flags(&self) -> String {
        let flags = self.each().map(|(flag, _, count)| format!("{flag} {count}"));
        flags.collect::<Vec<_>>().join(" ")
    }

    /// As a sentence has them: `3 deactivations and 120 creates`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let words = self.each().map(|(_, noun, count)| {
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} {noun}{plural}")
        });
        let words: Vec<_> = words.collect();
        match words.split_last() {
            None => "nothing".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        }
    }

    /// The flag, the noun and the number of each kind that there is any of.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &'static str, usize)> {
        let changes = ChangeKind::ALL.map(|kind| (kind.flag(), kind.noun(), *self.changes.get(kind)));
        let deactivations = ("--yes-deactivate", "deactivation", self.deactivations);
        let each = [deactivations].into_iter().chain(changes);
        each.filter(|(.., count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_typed_as_flags_and_read_as_words() {
        let counts = ActionCounts {
            deactivations: 1,
            changes: PerChange {
                created: 120,
                renamed: 0,
                updated: 7,
            },
        };
        assert_eq!(counts.flags(), "--yes-deactivate 1 --yes-create 120 --yes-update 7");
        assert_eq!(counts.in_words(), "1 deactivation, 120 creates and 7 updates");
        assert_eq!(ActionCounts::default().in_words(), "nothing");
    }
}
