//! `habitsync completions` and `habitsync man`: the command told to shells and to `man`. No stage is asked for anything.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) {
    clap_complete::generate(shell, &mut Arguments::command(), "habitsync", &mut std::io::stdout());
}

/// Writes a page for the command and each of its commands.
pub(crate) fn pages(folder: &Path) -> Result<(), Failure> {
    let file = |source| Failure::File {
        path: folder.to_owned(),
        source,
    };
    let section = folder.join("man1");
    std::fs::create_dir_all(&section).map_err(file)?;
    clap_mangen::generate_to(Arguments::command(), &section).map_err(file)?;
    let folder = folder.display();
    println!("the manual is in {folder}; read it with: man -M {folder} habitsync");
    Ok(())
}
