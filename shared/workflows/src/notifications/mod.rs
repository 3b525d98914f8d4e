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
mod line;
mod local_time;
pub mod mail_feedback;
mod mask;
mod message;
mod notify;
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
mod unusable;
mod worklist;

pub use after_run::RunMailStore;
pub use compose::MailSettings;
pub use connection::notify_of_run;
pub use message::{MailKind, MailMessage};
pub use notify::{MailContent, Notified, notify_customer};
pub use operator::{OperatorMail, alert_operator};
pub use results::results_worklist;
pub use subject::Subject;
pub use unusable::UnusableOf;
pub use worklist::Worklist;

pub(crate) use after_run::RunMail;
pub(crate) use audience::{Readers, may_be_told};
pub(crate) use deliver::deliver;
pub(crate) use notify::counts;
