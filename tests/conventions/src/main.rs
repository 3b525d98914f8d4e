//! What holds for the project as a whole and that no compiler checks: who may depend on whom, what the templates and the
//! functions promise each other, how files look.

mod alarms;
mod circles;
mod dependencies;
mod documents;
mod glossary;
mod manifests;
mod permissions;
mod project;
mod public_reports;
mod sources;
mod template;
mod yaml;
