//! One customer, ready to work for: the configuration in force, the customer's part of the table, and both vendors' clients,
//! each drawing on the customer's shared budget. Wired here once for every function and for the operator's command.

mod clients;
mod opened;
mod tenants;

pub use clients::TenantVendors;
pub use opened::Opened;
pub use tenants::{OpenTenant, OpenTenants};
