//! All customers side by side: their health, the failures that they share, and what operators are told of them.

pub mod alert_log;
pub mod alert_thresholds;
pub mod failure_streak;
pub mod health;
pub mod incident;
pub mod summary;
