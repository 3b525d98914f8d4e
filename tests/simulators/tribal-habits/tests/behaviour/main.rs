//! The portal over real HTTP, rule by rule of the contract.

mod enrolments;
mod lists;
mod portal;
mod users;
mod webhooks;
