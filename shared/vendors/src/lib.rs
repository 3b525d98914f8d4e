//! One customer's two vendors, ready to call: configuration and secrets become both clients, each drawing on the
//! customer's shared budget. Wired here once for every function and for the operator's command.

mod opened;
mod tenant;

pub use opened::Opened;
pub use tenant::{TenantVendors, Vendors};
