//! The Tribal Habits client against a simulated portal, which was written from the same contract and shares no type with
//! the client.

mod believing;
mod blame;
mod extreme;
mod faults;
mod growing;
mod probing;
mod reading;
mod records;
mod rig;
mod secrecy;
mod writing;
