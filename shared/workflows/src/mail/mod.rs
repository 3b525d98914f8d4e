//! Telling a customer what to fix: a worklist, an all-clear when it is empty, nothing when nothing changed.

mod advice;
mod compose;
mod tell;
mod visible;
mod worklist;

pub use compose::{Letter, MailSettings};
pub use tell::{News, Told, tell_customer};
pub use worklist::{Subject, Worklist};
