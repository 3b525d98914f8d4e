//! The tenant over real HTTP, rule by rule of the contract.

mod authorisation;
mod deviations;
mod employees;
mod learning;
mod tenant;
