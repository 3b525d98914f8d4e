//! The Tribal Habits client: the part of the portal's public API that this product uses, for one customer.
//!
//! What the vendor has not documented (see `tests/contracts/tribal-habits.openapi.yaml`) is known to this crate alone:
//! names and shapes in [`wire`], calls in [`TribalHabits`], what each failure means in [`TribalHabitsError`]. It implements
//! the ports of the use cases, which see none of that.

mod client;
mod error;
mod port;
mod probe;
pub mod wire;

pub use client::{Credentials, InvalidCredentials, TribalHabits, VENDOR};
pub use error::{FieldRefusal, TribalHabitsError};
