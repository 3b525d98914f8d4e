//! Mails to customers: reminders, and addresses that bounce.

pub mod mail_feedback;
pub mod reminder;
