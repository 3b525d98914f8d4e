//! The tenant over real HTTP, rule by rule of the contract.

mod authorisation;
mod employees;
mod learning;
mod tenant;
