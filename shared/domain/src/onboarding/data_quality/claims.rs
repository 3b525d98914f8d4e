//! Which employees match which account, whether or not a run adopts it.

use std::collections::HashMap;

use crate::configuration::MatchKey;
use crate::identity::UserName;
use crate::people::user::PortalUser;
use crate::user_plan::Census;

/// One employee who would match an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    /// Where in the roster.
    pub(super) position: usize,
    /// The key that matches.
    pub(super) by: MatchKey,
    /// Whether no other account could be theirs.
    pub(super) is_only: bool,
}

/// Every claim, by employee and by account.
pub(super) struct Claims<'a> {
    by_person: Vec<Vec<(MatchKey, &'a PortalUser)>>,
    by_account: HashMap<String, Vec<Claim>>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(census: &Census<'a>, people: usize) -> Self {
        let by_person: Vec<_> = (0..people).map(|position| census.recognised(position)).collect();
        let mut by_account: HashMap<String, Vec<Claim>> = HashMap::new();
        for (position, accounts) in by_person.iter().enumerate() {
            let is_only = accounts.len() == 1;
            for (by, user) in accounts {
                let claim = Claim {
                    position,
                    by: *by,
                    is_only,
                };
                by_account.entry(user.user_name.key()).or_default().push(claim);
            }
        }
        Self { by_person, by_account }
    }

    /// Returns the accounts that the employee at this position would match, each with the match key.
    pub(super) fn of_person(&self, position: usize) -> &[(MatchKey, &'a PortalUser)] {
        self.by_person.get(position).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the employees who match the account of this name.
    pub(super) fn of_account(&self, name: &UserName) -> &[Claim] {
        self.by_account.get(&name.key()).map(Vec::as_slice).unwrap_or_default()
    }
}
