//! What holds for the project as a whole and that no compiler checks: dependencies between crates, agreement of
//! templates and functions, and the format of files.

mod alarms;
mod bounds;
mod circles;
mod dependencies;
mod documents;
mod glossary;
mod language;
mod manifests;
mod permissions;
mod project;
mod public_reports;
mod sources;
mod template;
mod yaml;
