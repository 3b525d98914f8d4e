//! Both vendors' wire contracts, and the tool that holds a server against them.
//!
//! The contracts are OpenAPI files beside this crate's manifest; every element of theirs says how sure we are of it. The
//! tool is schemathesis, which invents requests from a contract and judges the answers by it.

mod schemathesis;

pub use schemathesis::{Check, Report, Schemathesis, ToolError};
