//! The facts and decisions of HabitSync, pure: no clock, no I/O, no async.
//!
//! Texts from outside are parsed once into types that can only hold valid values ([`identity`], [`tenant`], [`configuration`]).
//! Decisions are functions from data to data: [`user_plan`] plans a user sync, [`courses`] a course sync, [`results`] says when a
//! completion is recorded, [`approvals`] what waits for an operator, [`jobs`] when a job is due.

pub mod approvals;
pub mod configuration;
pub mod courses;
pub mod expressions;
pub mod failure_class;
pub mod fleet;
pub mod identity;
pub mod jobs;
pub mod notifications;
pub mod onboarding;
pub mod people;
pub mod results;
pub mod schedule;
pub mod tenant;
pub mod text;
pub mod user_plan;
pub mod vendors;
