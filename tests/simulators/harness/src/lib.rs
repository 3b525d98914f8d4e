#![doc = include_str!("../README.md")]

mod admin;
mod answer;
mod any_server;
mod call;
mod clock;
mod control;
mod dialect;
mod extreme;
mod fault;
mod journal;
mod limit;
mod page;
mod server;

pub use admin::admin_routes;
pub use answer::Expired;
pub use any_server::AnyServer;
pub use axum::http::{Method, StatusCode};
pub use call::{Call, NotANumber};
pub use clock::Clock;
pub use control::Control;
pub use dialect::Dialect;
pub use extreme::{PERSON, extremes, odd_lists, odd_records};
pub use fault::{Armed, Fault, Faults, Moment, Rule};
pub use journal::{Effect, EffectKind, Entry, Journal};
pub use limit::RateLimit;
pub use server::Server;
