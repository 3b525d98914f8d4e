//! How a simulated portal is set up.

use habitsync_simulator_harness::RateLimit;

use crate::custom_field::{CustomField, DateStyle};

/// The most custom fields a portal can have.
pub(crate) const MOST_CUSTOM_FIELDS: usize = 20;

/// Settings of one portal.
#[derive(Debug, Clone)]
pub struct PortalSettings {
    /// The port to listen on; 0 for one of the system's choice.
    pub port: u16,
    /// The key expected, bare, in `Authorization`.
    pub api_key: String,
    /// How many requests a minute are answered before everything is refused for a while.
    pub limit: RateLimit,
    /// The custom fields there are; seeding adds the company's.
    pub custom_fields: Vec<CustomField>,
    /// How dates in custom fields are read back.
    pub dates: DateStyle,
}

impl Default for PortalSettings {
    /// The key `th-key`, the vendor's 300 requests a minute, no custom field.
    fn default() -> Self {
        Self {
            port: 0,
            api_key: "th-key".to_owned(),
            limit: RateLimit::per_minute(300),
            custom_fields: Vec::new(),
            dates: DateStyle::default(),
        }
    }
}

impl PortalSettings {
    /// With another key.
    #[must_use]
    pub fn api_key(self, key: &str) -> Self {
        Self {
            api_key: key.to_owned(),
            ..self
        }
    }

    /// With so many requests a minute; `u32::MAX` switches the limit off.
    #[must_use]
    pub fn requests_per_minute(self, per_minute: u32) -> Self {
        Self {
            limit: RateLimit {
                per_minute,
                ..self.limit
            },
            ..self
        }
    }

    /// With these custom fields.
    #[must_use]
    pub fn custom_fields(self, custom_fields: impl IntoIterator<Item = CustomField>) -> Self {
        Self {
            custom_fields: custom_fields.into_iter().collect(),
            ..self
        }
    }
}
