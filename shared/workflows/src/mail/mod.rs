//! Telling a customer what to fix: a worklist, an all-clear when it is empty, nothing when nothing changed.

mod advice;
mod compose;
mod operator;
mod shown;
mod tell;
mod worklist;

pub use compose::{Letter, MailSettings};
pub use operator::{Notice, tell_operator};
pub use tell::{News, Told, tell_customer};
pub use worklist::{Subject, Worklist};
