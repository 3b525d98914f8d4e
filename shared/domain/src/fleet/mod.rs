//! All customers side by side: their health, the failures that they share, and the alerts about them to the operators.

pub mod alert_log;
pub mod alert_thresholds;
pub mod failure_streak;
pub mod health;
pub mod incident;
pub mod summary;
