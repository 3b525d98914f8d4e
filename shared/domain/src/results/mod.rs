//! Completions, the results that they become, and when recording one is tried again.

pub mod breaker;
pub mod choice;
pub mod completion;
pub mod delivery;
pub mod parked;
pub mod result;
pub mod retry_ladder;
pub mod sweep_window;
