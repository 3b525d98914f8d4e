//! The use cases of HabitSync and the ports they need, one file per use case.
//!
//! A use case is a function over the ports it names, so that its signature shows what it may touch. Vendors, the table,
//! queues, mail and time are on the other side of the ports; the facts and decisions are in `habitsync-domain`.

pub mod course_sync;
pub mod fleet;
pub mod jobs;
pub mod notifications;
pub mod onboarding;
pub mod one_employee;
pub mod ports;
pub mod results;
pub mod spreadsheet;
mod unusable_records;
pub mod user_sync;
