//! The adapters against an emulator of AWS: what only a service can show, such as who wins when sixteen race.
//!
//! One emulator for all tests of this program, one table (and queue) for each test.

mod alerts;
mod breaker;
mod broken;
mod fixture;
mod fleet;
mod holds;
mod ignored;
mod leases;
mod lost_answers;
mod pace;
mod parked;
mod people;
mod result_list;
mod results;
mod runs;
mod secrets;
mod services;
mod status;
mod stored;
mod tenants;
mod unreadable;
