//! The use cases of HabitSync and the ports they need, one file per use case.
//!
//! A use case is a function over the ports it names, so that its signature shows what it may touch. Vendors, the table,
//! queues, mail and time are on the other side of the ports; the facts and decisions are in `habitsync-domain`.

pub mod accept_completion;
pub mod apply_tenant;
pub mod backfill_results;
pub mod completion_event;
mod contained;
pub mod course_report;
pub mod customer_status;
mod destination;
pub mod examine_customer;
pub mod fleet_status;
pub mod fleet_view;
mod held_lease;
pub mod holds;
mod job_end;
pub mod job_outcome;
pub mod job_run;
pub mod link_person;
pub mod mail;
pub mod measure_fleet;
pub mod one_person;
pub mod ports;
pub mod preview_users;
pub mod push_result;
pub mod read_mail_feedback;
mod recording;
pub mod rehearse;
pub mod rekey_people;
pub mod remind_customers;
pub mod remind_of_holds;
pub mod reopen_results;
pub mod replay_results;
pub mod scan_customer;
pub mod spreadsheet;
pub mod sweep_results;
pub mod sync_courses;
pub mod sync_users;
pub mod tell_operators;
pub mod tend_incidents;
mod unsettled;
mod unusable_records;
pub mod watch_fleet;
pub mod webhook_proof;
