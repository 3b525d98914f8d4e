//! `habitsync completions` and `habitsync man`: shell completions and manual pages of the command. No stage is asked
//! for anything.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::error::CommandError;
use crate::terminal::out;

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) {
    let mut completions = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "habitsync", &mut completions);
    out::write_unchanged(&completions);
}

/// Writes a page for the command and each of its commands.
pub(crate) fn pages(folder: &Path) -> Result<(), CommandError> {
    let file = |source| CommandError::File {
        path: folder.to_owned(),
        source,
    };
    let section = folder.join("man1");
    std::fs::create_dir_all(&section).map_err(file)?;
    clap_mangen::generate_to(Arguments::command(), &section).map_err(file)?;
    let folder = folder.display();
    out::print_line(format!(
        "the manual is in {folder}\nread it with: man -M {folder} habitsync"
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Command;
    use insta::assert_snapshot;

    use super::*;

    /// Collects the help of a command and of its subcommands, by the words typed before `--help`.
    fn helps(command: &mut Command, typed: &str, found: &mut Vec<(String, String)>) {
        found.push((typed.to_owned(), command.render_long_help().to_string()));
        for inner in command.get_subcommands_mut() {
            let typed = format!("{typed} {}", inner.get_name());
            if inner.get_name() != "help" {
                helps(inner, &typed, found);
            }
        }
    }

    fn all() -> Vec<(String, String)> {
        // What this environment says is not of the manual.
        let mut command = Arguments::command()
            .term_width(100)
            .mut_args(|argument| argument.hide_env_values(true));
        command.build();
        let mut found = Vec::new();
        helps(&mut command, "habitsync", &mut found);
        found
    }

    #[test]
    fn the_help_is_a_manual_and_names_every_command() {
        let all = all();
        let (_, first) = &all[0];
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            assert!(first.contains(&format!("  {name}")), "{name} is not in\n{first}");
        }
        assert_snapshot!(first);
    }

    #[test]
    fn no_help_is_wider_than_a_terminal() {
        for (typed, help) in all() {
            let too_wide = help.lines().find(|line| line.chars().count() > 100);
            assert_eq!(too_wide, None, "{typed}");
        }
    }

    #[test]
    fn every_command_has_a_page_in_the_manual() {
        let folder = std::env::temp_dir().join(format!("habitsync-manual-{}", std::process::id()));
        let section = folder.join("man1");
        std::fs::create_dir_all(&section).expect("made");
        clap_mangen::generate_to(Arguments::command(), &section).expect("written");
        let pages = std::fs::read_dir(&section).expect("read").count();
        std::fs::remove_dir_all(&folder).expect("removed");
        assert_eq!(pages, all().len());
    }
}
