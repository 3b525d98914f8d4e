//! The EmployeeConnect client against a simulated tenant, which was written from the same contract and shares no type with
//! the client.

mod access;
mod believing;
mod blame;
mod extreme;
mod faults;
mod learning;
mod probing;
mod reading;
mod records;
mod rig;
mod secrecy;
