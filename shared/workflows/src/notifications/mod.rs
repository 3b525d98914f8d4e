//! Telling a customer what to fix: a worklist when it changes, reminders while it does not, an all-clear when it is empty.

mod advice;
mod after_run;
mod audience;
mod compose;
mod connection;
mod courses;
mod deliver;
mod failures;
mod hris_fields;
mod letter;
mod line;
mod local_time;
pub mod mail_feedback;
mod mask;
mod operator;
mod page;
mod people;
mod plain;
mod promise;
pub mod remind_customers;
pub mod remind_of_approvals;
mod results;
mod shown;
mod spreadsheet;
mod subject;
mod tell;
mod unusable;
mod worklist;

pub use after_run::RunMailStore;
pub use compose::MailSettings;
pub use connection::notify_of_run;
pub use letter::{MailKind, MailMessage};
pub use operator::{OperatorMail, alert_operator};
pub use results::results_worklist;
pub use subject::Subject;
pub use tell::{MailContent, Notified, notify_customer};
pub use unusable::UnusableOf;
pub use worklist::Worklist;

pub(crate) use after_run::RunMail;
pub(crate) use audience::{Readers, may_be_told};
pub(crate) use deliver::deliver;
pub(crate) use tell::counts;
