//! Asking before something is changed. A command that changes something says what it will do, and asks; `--yes` answers
//! in advance, and without a terminal the answer is no.

use std::io::IsTerminal;

use habitsync_domain::text::printable::printable;
use inquire::{Confirm, InquireError, Text};

use super::out;
use crate::error::CommandError;

/// Option that every changing command has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
pub(crate) struct Yes {
    /// Do it without asking.
    #[arg(long, short = 'y')]
    pub(crate) yes: bool,
}

impl Yes {
    /// Whether it is to be done. Where it is not, that nothing was changed has been said.
    pub(crate) fn is_confirmed(self, question: &str) -> Result<bool, CommandError> {
        if self.yes {
            return Ok(true);
        }
        if !std::io::stdin().is_terminal() {
            out::print_line("nothing was changed; add --yes to do it");
            return Ok(false);
        }
        let agreed = confirmed(&printable(question))?;
        if !agreed {
            out::print_line("nothing was changed");
        }
        Ok(agreed)
    }
}

/// Returns whether the operator types exactly this number of people; without a terminal, the answer is no.
pub(crate) fn is_agreed_number(people: usize) -> bool {
    let asked = std::io::stdin()
        .is_terminal()
        .then(|| Text::new("How many people are to be removed?").prompt());
    asked.is_some_and(|said| said.is_ok_and(|said| said.trim().parse() == Ok(people)))
}

fn confirmed(question: &str) -> Result<bool, CommandError> {
    match Confirm::new(question).with_default(false).prompt() {
        Ok(agreed) => Ok(agreed),
        Err(InquireError::OperationCanceled | InquireError::OperationInterrupted) => Ok(false),
        Err(error) => Err(CommandError::NotAsked(error)),
    }
}
