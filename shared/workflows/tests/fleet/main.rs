//! The operators' side, in virtual time: a whole fleet of customers, whose runs are real user syncs against an EmployeeConnect
//! that goes down and comes back.

mod breakdowns;
mod incidents;
mod isolation;
mod measuring;
mod status;
mod telling;
mod world;
