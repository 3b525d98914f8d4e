//! Plans of a user sync, by example: the employees, their links, and the portal's accounts.

mod account_parts;
mod adoption;
mod another_person;
mod backing_off;
mod change_histories;
mod change_limits;
mod combinations;
mod contradictions;
mod data_quality;
mod data_quality_managers;
mod dates;
mod deactivations;
mod everyday;
mod explanation;
mod field_loss;
mod fixture;
mod invisible;
mod lifecycle;
mod lost_sources;
mod managers;
mod names;
mod rekeyed;
mod sums;
mod unusable;
