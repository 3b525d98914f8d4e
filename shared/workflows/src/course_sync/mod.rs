//! Course sync: topics of Tribal Habits become courses of EmployeeConnect.

pub mod report;
pub mod sync;
