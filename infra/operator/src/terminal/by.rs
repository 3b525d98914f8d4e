//! In whose name something is done that stays on record.

use crate::error::CommandError;

/// The actor of a change.
#[derive(Debug, clap::Args)]
pub(crate) struct Actor {
    /// The operator's name; the user of this computer, unless given.
    #[arg(long = "as", value_name = "NAME", env = "USER")]
    name: Option<String>,
}

impl Actor {
    /// Who; every change has an actor.
    pub(crate) fn name(&self) -> Result<&str, CommandError> {
        let name = self.name.as_deref().map(str::trim);
        name.filter(|name| !name.is_empty() && !name.chars().any(char::is_control))
            .ok_or(CommandError::Nobody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_done_by_nobody() {
        let by = |name: Option<&str>| Actor {
            name: name.map(str::to_owned),
        };
        assert_eq!(by(Some("Ben ")).name().expect("named"), "Ben");
        for nobody in [Some(" "), Some("B\nn"), None] {
            assert!(matches!(by(nobody).name(), Err(CommandError::Nobody)), "{nobody:?}");
        }
    }
}
