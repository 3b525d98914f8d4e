#![doc = include_str!("../README.md")]

mod clients;
mod opened;
mod tenants;

pub use clients::TenantVendors;
pub use opened::Opened;
pub use tenants::{OpenTenant, OpenTenants};
