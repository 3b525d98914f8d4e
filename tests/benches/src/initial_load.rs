//! Two initial loads of one company, one that was left in peace and one that was not: what they took, and how their ends differ.

use std::fmt;
use std::time::Duration;

/// What one load took and where it ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InitialLoad {
    /// Runs that began to read.
    pub slices: usize,
    /// How often the function was killed.
    pub kills: usize,
    /// From the first call to the end of the last slice.
    pub time: Duration,
    /// Requests that wrote to the portal's users.
    pub writes: usize,
    /// Of these, those that changed nothing: another process had written the value already.
    pub writes_in_vain: usize,
    /// Requests that read from the portal.
    pub portal_reads: usize,
    /// Requests to the HR system.
    pub hris_requests: usize,
    /// Each account, and what it holds, in a stable order.
    pub accounts: Vec<String>,
    /// What the first run of the next day, which reads the portal, had to write.
    pub writes_of_the_next_day: usize,
    /// After it, each link, and which of the account's fields the table knows, in a stable order.
    pub links: Vec<String>,
}

/// One company, loaded twice; prints as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The load that was left in peace.
    pub in_peace: InitialLoad,
    /// The load that was killed again and again.
    pub interrupted: InitialLoad,
}

impl Comparison {
    /// Writes beyond those that the load takes in peace.
    #[must_use]
    pub fn repeated_writes(&self) -> usize {
        self.interrupted.writes.saturating_sub(self.in_peace.writes)
    }

    /// Whether both loads end alike, at the price of one write at most for each kill.
    #[must_use]
    pub fn is_as_promised(&self) -> bool {
        let (in_peace, interrupted) = (&self.in_peace, &self.interrupted);
        let ends_alike = in_peace.accounts == interrupted.accounts && in_peace.links == interrupted.links;
        ends_alike && self.repeated_writes() <= interrupted.kills && interrupted.writes_of_the_next_day == 0
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |what: &str, figure: fn(&InitialLoad) -> String| {
            let (in_peace, interrupted) = (figure(&self.in_peace), figure(&self.interrupted));
            writeln!(f, "{what:<36} {in_peace:>12} {interrupted:>12}")
        };
        row("", |load| {
            if load.kills == 0 { "in peace" } else { "interrupted" }.to_owned()
        })?;
        row("accounts", |load| load.accounts.len().to_string())?;
        row("links", |load| load.links.len().to_string())?;
        row("slices", |load| load.slices.to_string())?;
        row("kills", |load| load.kills.to_string())?;
        row("seconds", |load| load.time.as_secs().to_string())?;
        row("writes to the portal", |load| load.writes.to_string())?;
        row("  that changed nothing", |load| load.writes_in_vain.to_string())?;
        row("requests reading the portal", |load| load.portal_reads.to_string())?;
        row("requests to EmployeeConnect", |load| load.hris_requests.to_string())?;
        row("writes of the next day", |load| load.writes_of_the_next_day.to_string())?;
        let (in_peace, interrupted) = (&self.in_peace, &self.interrupted);
        let accounts = differing(&in_peace.accounts, &interrupted.accounts);
        let links = differing(&in_peace.links, &interrupted.links);
        writeln!(f, "{:<36} {:>25}", "repeated writes", self.repeated_writes())?;
        writeln!(f, "{:<36} {accounts:>25}", "accounts that differ")?;
        writeln!(f, "{:<36} {links:>25}", "links that differ")
    }
}

/// How many of either are not among the other, whichever are more.
fn differing(one: &[String], other: &[String]) -> usize {
    let only = |these: &[String], those: &[String]| {
        let is_missing = |item: &&String| those.binary_search(item).is_err();
        these.iter().filter(is_missing).count()
    };
    only(one, other).max(only(other, one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(kills: usize, writes: usize, accounts: &[&str]) -> InitialLoad {
        InitialLoad {
            kills,
            writes,
            accounts: accounts.iter().map(|&account| account.to_owned()).collect(),
            ..InitialLoad::default()
        }
    }

    fn is_as_promised(interrupted: InitialLoad) -> bool {
        let in_peace = load(0, 2, &["Al", "Jo"]);
        Comparison { in_peace, interrupted }.is_as_promised()
    }

    #[test]
    fn a_kill_may_cost_one_write_and_nothing_else() {
        assert!(is_as_promised(load(1, 3, &["Al", "Jo"])));
        assert!(!is_as_promised(load(1, 4, &["Al", "Jo"])), "two writes for one kill");
        assert!(!is_as_promised(load(1, 3, &["Al", "Bo"])), "another end");
        let left_over = InitialLoad {
            writes_of_the_next_day: 1,
            ..load(1, 2, &["Al", "Jo"])
        };
        assert!(!is_as_promised(left_over), "something was left over");
    }
}
