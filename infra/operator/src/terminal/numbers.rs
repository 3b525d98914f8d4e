//! The numbers by which an operator agrees to changes of accounts, kind by kind: given as flags, or typed where there is a terminal.

use std::io::IsTerminal;

use habitsync_domain::approvals::{ActionCounts, PerChange};
use inquire::Text;

/// How many changes of each kind are agreed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct Numbers {
    /// How many accounts may be deactivated: the number that is shown without it.
    #[arg(long = "yes-deactivate", alias = "yes-remove", value_name = "N")]
    pub(crate) deactivate: Option<usize>,
    /// How many accounts may be created or reactivated: the number that is shown without it.
    #[arg(long = "yes-create", value_name = "N")]
    pub(crate) create: Option<usize>,
    /// How many accounts may be renamed: the number that is shown without it.
    #[arg(long = "yes-rename", value_name = "N")]
    pub(crate) rename: Option<usize>,
    /// How many accounts may be updated: the number that is shown without it.
    #[arg(long = "yes-update", value_name = "N")]
    pub(crate) update: Option<usize>,
}

impl Numbers {
    /// Those of creates, renames and updates.
    pub(crate) const fn changes(self) -> PerChange<Option<usize>> {
        PerChange {
            created: self.create,
            renamed: self.rename,
            updated: self.update,
        }
    }

    /// All of them; 0 of a kind that was not said.
    pub(crate) fn counts(self) -> ActionCounts {
        ActionCounts {
            deactivations: self.deactivate.unwrap_or_default(),
            changes: PerChange {
                created: self.create.unwrap_or_default(),
                renamed: self.rename.unwrap_or_default(),
                updated: self.update.unwrap_or_default(),
            },
        }
    }

    /// Asks for the number of each kind in `wanted`, unless numbers were given as flags or there is no terminal. An answer that is
    /// no number agrees to none of its kind.
    pub(crate) fn or_asked(self, wanted: &ActionCounts) -> Self {
        if self != Self::default() || !std::io::stdin().is_terminal() {
            return self;
        }
        let mut numbers = self;
        for (flag, noun, _) in wanted.each() {
            let said = Text::new(&format!("How many {noun}s do you agree to?")).prompt();
            let said = said.ok().and_then(|said| said.trim().parse().ok());
            *numbers.place(flag) = said;
        }
        numbers
    }

    fn place(&mut self, flag: &str) -> &mut Option<usize> {
        match flag {
            "--yes-create" => &mut self.create,
            "--yes-rename" => &mut self.rename,
            "--yes-update" => &mut self.update,
            _ => &mut self.deactivate,
        }
    }
}
