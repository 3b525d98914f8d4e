//! The portal over real HTTP, rule by rule of the contract.

mod deviations;
mod enrolments;
mod lists;
mod portal;
mod users;
mod webhooks;
