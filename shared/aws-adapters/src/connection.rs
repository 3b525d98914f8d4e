//! One SDK configuration per process: the HTTP client, its trust store, time-outs and retries, shared by all services.
//!
//! On a small Lambda a cold start is spent in TLS, so the client uses ring and compiled-in web roots, and is built once.
//! Addresses and credentials come from the SDK's standard environment variables (`AWS_ENDPOINT_URL`, `AWS_REGION`, …).

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, HttpClientError};
use pem::{EncodeConfig, LineEnding, Pem};
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// Attempts per call, the first included; the SDK waits with jitter in between.
const ATTEMPTS: u32 = 3;
/// For a TCP connection: our services are in the same region.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// For one attempt, connection and answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(4);
/// For a call with all its attempts. Shorter than any function's time-out, so that the function can still report a
/// failure.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(8);
/// Below the shortest keep-alive of the services: a socket that went stale while Lambda had us frozen is not used again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// The way to every AWS service of this process.
#[derive(Debug, Clone)]
pub struct Aws {
    pub(crate) config: SdkConfig,
}

/// The SDK's HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("the AWS client cannot be built")]
pub struct ConnectError(#[source] HttpClientError);

impl Aws {
    /// Reads region, credentials and addresses from the environment and builds the shared HTTP client. Nothing is called.
    ///
    /// # Errors
    ///
    /// The HTTP client cannot be built.
    pub async fn connect() -> Result<Self, ConnectError> {
        Ok(Self {
            config: settings()?.load().await,
        })
    }

    /// Connects like [`connect`](Self::connect), with this profile and region where they are given.
    ///
    /// # Errors
    ///
    /// The HTTP client cannot be built.
    pub async fn connect_as(profile: Option<String>, region: Option<String>) -> Result<Self, ConnectError> {
        let mut settings = settings()?;
        if let Some(profile) = profile {
            settings = settings.profile_name(profile);
        }
        if let Some(region) = region {
            settings = settings.region(Region::new(region));
        }
        Ok(Self {
            config: settings.load().await,
        })
    }

    /// Connects to an emulator that serves every service at this address, with fixed credentials.
    ///
    /// # Errors
    ///
    /// The HTTP client cannot be built.
    pub async fn emulated(address: &str, region: &str) -> Result<Self, ConnectError> {
        let credentials = Credentials::new("test", "test", None, None, "emulator");
        let settings = settings()?.endpoint_url(address).region(Region::new(region.to_owned()));
        Ok(Self {
            config: settings.credentials_provider(credentials).load().await,
        })
    }
}

/// The settings that hold wherever the services are.
fn settings() -> Result<ConfigLoader, ConnectError> {
    let trust = TlsContext::builder()
        .with_trust_store(web_roots())
        .build()
        .map_err(ConnectError)?;
    let http = Builder::new()
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(trust);
    Ok(aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.build_https())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts()))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

/// Mozilla's roots in the one form the SDK takes them; the operating system's are not looked at.
fn web_roots() -> TrustStore {
    let pems: Vec<Pem> = TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|root| Pem::new("CERTIFICATE", root.as_ref()))
        .collect();
    let text = pem::encode_many_config(&pems, EncodeConfig::new().set_line_ending(LineEnding::LF));
    TrustStore::empty().with_pem_certificate(text)
}
