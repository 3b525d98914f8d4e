//! Checks of a customer's data and of both vendors before go-live, and explanations of one employee.

pub mod assumptions;
pub mod data_quality;
pub mod explanation;
pub mod rehearsal;
