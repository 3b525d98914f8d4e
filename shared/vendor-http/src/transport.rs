//! The one place where an HTTP client is built.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::address::CheckedResolver;
use crate::address::PrivateVendors;
use crate::error::{BuildError, HttpError};

/// How long a connection may take. Shorter than any request's time-out, so that "never connected" is distinguished from
/// "connected and silent".
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Long enough for the next page or person of a running job, short enough that no socket outlives a Lambda's freeze: a
/// vendor drops idle connections meanwhile, and a request on a dropped one fails without telling whether it arrived.
const IDLE_TIMEOUT: Duration = Duration::from_secs(2);

/// This process's connections to vendors; cheap to clone, built once.
#[derive(Debug, Clone)]
pub struct Transport(pub(crate) reqwest::Client);

impl Transport {
    /// Builds a client without redirects, which would lead off the checked host with the secrets, and without a system
    /// proxy.
    ///
    /// # Errors
    ///
    /// The TLS configuration or the client cannot be built.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that builds a client")]
    pub fn new(private: PrivateVendors) -> Result<Self, HttpError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("HabitSync/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls()?)
            .https_only(private == PrivateVendors::Deny)
            .http1_only()
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(CheckedResolver { private })
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build();
        client.map(Self).map_err(|_| HttpError::Build(BuildError::Refused))
    }
}

/// ring, and the web's root certificates compiled in: reading them from the system costs a cold start tens of milliseconds.
fn tls() -> Result<ClientConfig, HttpError> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let versions =
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = versions.map_err(|_| HttpError::Build(BuildError::Refused))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
