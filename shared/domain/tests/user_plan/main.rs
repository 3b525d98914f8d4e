//! Plans of a user sync, by example: the employees, their links, and the portal's accounts.

mod account_parts;
mod adoption;
mod another_person;
mod change_histories;
mod change_limits;
mod combinations;
mod contradictions;
mod data_quality;
mod data_quality_managers;
mod dates;
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
mod removals;
mod setbacks;
mod sums;
mod unusable;
