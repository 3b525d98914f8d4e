#![doc = include_str!("../README.md")]

mod access;
mod client;
mod error;
mod port;
mod probe;
pub mod wire;

pub use access::{Credentials, IntegrationCodes, InvalidCredentials};
pub use client::{EmployeeConnect, VENDOR, Written};
pub use error::{EmployeeConnectError, MissingRecord};
