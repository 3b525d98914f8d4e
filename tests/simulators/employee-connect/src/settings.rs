//! How a simulated tenant is set up.

use std::time::Duration;

use habitsync_simulator_harness::RateLimit;

/// What the integration logs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Sent with the client's id, checked where it is sent.
    pub tenant_code: String,
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// The alternative to a token: a key in `X-Api-Key`.
    pub static_key: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Self {
            tenant_code: "acme".to_owned(),
            client_id: "ec-client".to_owned(),
            client_secret: "ec-secret".to_owned(),
            static_key: "ec-key".to_owned(),
        }
    }
}

/// Settings of one tenant.
#[derive(Debug, Clone)]
pub struct TenantSettings {
    /// The port to listen on; 0 for one of the system's choice.
    pub port: u16,
    /// What the integration logs in with.
    pub credentials: Credentials,
    /// How long a token lives.
    pub token_lifetime: Duration,
    /// How many requests a minute are answered before everything is refused for a while.
    pub limit: RateLimit,
    /// Whether the tenant has the Development module, without which courses and results answer 403.
    pub development_module: bool,
}

impl Default for TenantSettings {
    /// The default credentials, tokens for 900 s, 300 requests a minute with `Retry-After`, the module there.
    fn default() -> Self {
        Self {
            port: 0,
            credentials: Credentials::default(),
            token_lifetime: Duration::from_mins(15),
            limit: RateLimit {
                retry_after: true,
                ..RateLimit::per_minute(300)
            },
            development_module: true,
        }
    }
}

impl TenantSettings {
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

    /// Without the Development module.
    #[must_use]
    pub fn without_development_module(self) -> Self {
        Self {
            development_module: false,
            ..self
        }
    }
}
