#![doc = include_str!("../README.md")]

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
