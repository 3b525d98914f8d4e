//! Topics, the courses that they become, and the plan of a course sync.

pub mod codes;
pub mod course;
pub mod plan;
pub mod topic;
