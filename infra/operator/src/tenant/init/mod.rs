//! `habitsync tenant init`: asks the kick-off call's questions, and writes three files from the answers.

mod answers;
mod questions;
mod written;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use answers::Answers;
use habitsync_domain::configuration::TenantConfiguration;
use written::Written;

use crate::error::CommandError;
use crate::terminal::out;

/// Where the answers come from, and where the files go.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArguments {
    /// The answers, in a TOML file; without it they are asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) answers: Option<PathBuf>,
    /// The folder that the files are written into.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) into: PathBuf,
}

/// Asks, and writes the files; existing files are never overwritten.
pub(crate) fn init(asked: &InitArguments) -> Result<(), CommandError> {
    let answers = match &asked.answers {
        Some(file) => read(file)?,
        None => questions::ask()?,
    };
    let written = Written::new(&answers)?;
    let tenant = answers.tenant.as_str();
    let configuration = in_folder(&asked.into, &format!("{tenant}.toml"));
    // An answer may be one that the configuration does not allow: the error then names the line that it would have had.
    let checked: Result<TenantConfiguration, _> = written.configuration.parse();
    checked.map_err(|invalid| CommandError::NoConfiguration {
        path: configuration.clone(),
        invalid,
    })?;
    let letter = in_folder(&asked.into, &format!("{tenant}-codes.txt"));
    let check_list = in_folder(&asked.into, &format!("{tenant}-go-live.md"));
    write(&configuration, &written.configuration)?;
    write(&letter, &written.letter)?;
    write(&check_list, &written.check_list)?;
    out::print_line(format!(
        "{}: the configuration, a draft; read it with the customer",
        configuration.display()
    ));
    out::print_line(format!(
        "{}: the letter that asks for the integration codes",
        letter.display()
    ));
    out::print_line(format!("{}: what is to be done until go-live", check_list.display()));
    Ok(())
}

/// Returns the file's path as an operator in that folder would type it.
fn in_folder(folder: &Path, name: &str) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from(name)
    } else {
        folder.join(name)
    }
}

fn read(file: &Path) -> Result<Answers, CommandError> {
    let text = std::fs::read_to_string(file).map_err(|source| CommandError::File {
        path: file.to_owned(),
        source,
    })?;
    toml_edit::de::from_str(&text).map_err(|source| CommandError::Answers {
        path: file.to_owned(),
        source: Box::new(source),
    })
}

fn write(file: &Path, text: &str) -> Result<(), CommandError> {
    let written = OpenOptions::new().write(true).create_new(true).open(file);
    let written = written.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| CommandError::NotWritten {
        path: file.to_owned(),
        source,
    })
}
