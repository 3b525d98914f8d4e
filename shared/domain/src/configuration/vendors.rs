//! The `[tribal_habits]` and `[employee_connect]` sections: where the vendors are and how often they may be asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// The customer's Tribal Habits portal.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "[tribal_habits]")]
pub struct TribalHabitsConfiguration {
    /// The portal's address, without `/papi`.
    #[schemars(schema_with = "super::schema::base_url")]
    pub base_url: Url,
    /// Shared by every job of this customer; the vendor refuses everything for a minute past 300.
    #[serde(default = "default_portal_rate")]
    #[schemars(range(min = 1))]
    pub requests_per_minute: u32,
}

/// The customer's EmployeeConnect.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "[employee_connect]")]
pub struct EmployeeConnectConfiguration {
    /// The API's address, version included.
    #[schemars(schema_with = "super::schema::base_url")]
    pub base_url: Url,
    /// How requests are authorised.
    #[serde(default)]
    pub auth: EmployeeConnectAuth,
    /// Shared by every job of this customer.
    #[serde(default = "default_hris_rate")]
    #[schemars(range(min = 1))]
    pub requests_per_minute: u32,
    /// Employees per page, at most 200 (assumed).
    #[serde(default = "default_page_size")]
    #[schemars(range(min = 1, max = 200))]
    pub page_size: u32,
}

/// How requests to EmployeeConnect are authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "Authorisation")]
pub enum EmployeeConnectAuth {
    /// A token made from the integration codes.
    #[default]
    ClientCredentials,
    /// A key in a header.
    StaticKey,
}

const fn default_portal_rate() -> u32 {
    240
}

const fn default_hris_rate() -> u32 {
    300
}

const fn default_page_size() -> u32 {
    100
}
