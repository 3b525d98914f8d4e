//! What every scheduled job has in common: its lease, its record, its state, its end.

pub(crate) mod contained;
pub(crate) mod end;
pub(crate) mod held_lease;
pub mod outcome;
pub mod run;
