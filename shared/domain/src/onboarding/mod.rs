//! What a customer's data and both vendors are checked for before go-live, and explanations of one employee.

pub mod assumptions;
pub mod data_quality;
pub mod explanation;
pub mod rehearsal;
