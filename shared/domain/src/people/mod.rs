//! Employees as EmployeeConnect has them, users as Tribal Habits has them, the links between both, and the problems of
//! single records.

pub mod contract;
pub mod dates;
pub mod employee;
pub mod employment;
pub(crate) mod field_value;
pub mod fields;
pub mod fields_needed;
pub mod fields_seen;
pub mod last_day;
pub mod link;
pub mod mapping;
pub mod no_date;
pub mod problem;
pub mod rejected_writes;
pub mod repeated_rejection;
pub mod roster;
pub mod user;
