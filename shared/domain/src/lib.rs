//! The facts and decisions of HabitSync, pure: no clock, no I/O, no async.
//!
//! What comes from outside is parsed at the door into types that prove themselves ([`identity`], [`tenant`],
//! [`configuration`]); what is decided is decided here ([`topic`], [`completion`]).

pub mod back_off;
pub mod brake;
pub mod breaker;
mod cel_record;
pub mod completion;
pub mod configuration;
pub mod course;
pub mod course_codes;
pub mod course_plan;
pub mod delivery;
pub mod employee;
pub mod employee_fields;
pub mod employment;
pub mod evaluation;
pub mod evaluator;
pub mod expression;
pub mod expression_checks;
mod expression_compiling;
pub mod expression_fields;
mod expression_functions;
mod expression_truth;
pub mod failing;
mod field_value;
pub mod freshness;
pub mod health;
pub mod hold;
pub mod identity;
pub mod incident;
pub mod job;
pub mod mail_feedback;
pub mod mapping;
mod nearest;
pub mod next_run;
pub mod outage;
pub mod parked_results;
pub mod parking;
pub mod person;
pub mod problem;
pub mod reminder;
pub mod result;
pub mod result_choice;
pub mod retry_ladder;
pub mod roster;
pub mod schedule;
pub mod shrink;
pub mod summary;
pub mod sweep_window;
pub mod tenant;
pub mod topic;
pub mod trouble;
pub mod user;
pub mod user_plan;
pub mod vendor;
pub mod vigilance;
