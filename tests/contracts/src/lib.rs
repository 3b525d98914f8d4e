#![doc = include_str!("../README.md")]

mod schemathesis;

pub use schemathesis::{Check, Report, Schemathesis, ToolError};
