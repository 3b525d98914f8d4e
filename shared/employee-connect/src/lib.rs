//! The EmployeeConnect client: the part of the API that this product uses, for one customer.
//!
//! EmployeeConnect publishes no reference: all that is assumed about it (see `tests/contracts/employee-connect.openapi.yaml`)
//! is known to this crate alone. Names and shapes are in [`wire`], calls in [`EmployeeConnect`], what each failure means in
//! [`EmployeeConnectError`]. It implements the ports of the use cases, which see none of that.

mod access;
mod client;
mod error;
mod port;
mod probe;
pub mod wire;

pub use access::{Credentials, IntegrationCodes, InvalidCredentials};
pub use client::{EmployeeConnect, VENDOR, Written};
pub use error::{EmployeeConnectError, FieldRefusal, MissingRecord};
