//! What the benches share; each of them, in `benches/`, is a program that prints figures. What was measured is in
//! `docs/PERFORMANCE.md`.

mod budget_usage;
mod initial_load;
mod latency;
mod storm;

pub use budget_usage::{BudgetUsage, Sent};
pub use initial_load::{Comparison, InitialLoad};
pub use latency::Latency;
pub use storm::{Place, Storm};
