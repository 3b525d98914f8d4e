//! What can be typed after `habitsync rehearse`.

use std::path::PathBuf;

use habitsync_domain::onboarding::rehearsal::Scenario;
use habitsync_domain::tenant::TenantId;

use crate::terminal::Actor;
use crate::terminal::ask::Yes;

/// The employees of the set-up call's test. In a terminal, the command asks for those that are not named.
#[derive(Debug, clap::Args)]
pub(crate) struct RehearseArguments {
    /// The customer.
    pub(super) tenant: TenantId,
    /// A new employee, just entered in EmployeeConnect: an employee number.
    #[arg(long, value_name = "PERSON")]
    new: Option<String>,
    /// An employee with a mapped field that was just changed: an employee number, or a user name in Tribal Habits.
    #[arg(long, value_name = "PERSON")]
    updated: Option<String>,
    /// An employee whose employment just ended: naming them agrees to the deactivation of their account.
    #[arg(long, value_name = "PERSON")]
    terminated: Option<String>,
    /// An employee whose employment began again.
    #[arg(long, value_name = "PERSON")]
    rehired: Option<String>,
    /// An employee that the filter does not admit.
    #[arg(long, value_name = "PERSON")]
    filtered_out: Option<String>,
    /// Write these accounts although the customer is a draft, whose runs write none.
    #[arg(long)]
    pub(super) although_draft: bool,
    #[command(flatten)]
    pub(super) by: Actor,
    /// Who watches on the customer's side, for the sign-off.
    #[arg(long, value_name = "NAME")]
    pub(super) with: Option<String>,
    /// The folder that the sign-off is written into.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(super) into: PathBuf,
    #[command(flatten)]
    pub(super) yes: Yes,
}

impl RehearseArguments {
    /// Who was named for it.
    pub(super) fn named(&self, scenario: Scenario) -> Option<&str> {
        let person = match scenario {
            Scenario::New => &self.new,
            Scenario::Updated => &self.updated,
            Scenario::Terminated => &self.terminated,
            Scenario::Rehired => &self.rehired,
            Scenario::FilteredOut => &self.filtered_out,
        };
        person.as_deref()
    }

    /// Returns whether the arguments name an employee: then the command asks for no others.
    pub(super) fn names_anybody(&self) -> bool {
        Scenario::ALL.into_iter().any(|scenario| self.named(scenario).is_some())
    }
}
