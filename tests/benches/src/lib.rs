#![doc = include_str!("../README.md")]

pub mod aws_proxy;
mod budget_usage;
mod initial_load;
mod latency;
mod storm;

pub use budget_usage::{BudgetUsage, Sent};
pub use initial_load::{Comparison, InitialLoad};
pub use latency::Latency;
pub use storm::{Place, Storm};
