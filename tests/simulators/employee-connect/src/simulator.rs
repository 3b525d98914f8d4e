//! A running tenant.

use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use habitsync_simulator_harness::{Control, Server};
use parking_lot::Mutex;

use crate::handle::TenantHandle;
use crate::refusal::DIALECT;
use crate::settings::TenantSettings;
use crate::tokens::Tokens;
use crate::{admin, api};

/// A running tenant. Dropping it stops it.
#[derive(Debug)]
pub struct EmployeeConnectSimulator {
    server: Server,
    handle: TenantHandle,
}

impl EmployeeConnectSimulator {
    /// Starts a tenant without employees.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(settings: TenantSettings) -> io::Result<Self> {
        let handle = TenantHandle {
            control: Control::new(DIALECT, settings.limit.clone()),
            state: Arc::default(),
            tokens: Arc::new(Mutex::new(Tokens::new(&settings))),
            development_module: Arc::new(AtomicBool::new(settings.development_module)),
            deviations: Arc::default(),
        };
        let api = handle.control.supervise(api::routes(&handle));
        let server = Server::start(settings.port, api.merge(admin::routes(&handle))).await?;
        Ok(Self { server, handle })
    }

    /// The API's address, such as `http://127.0.0.1:49152/api/v1`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("{}{}", self.address(), DIALECT.prefix)
    }

    /// The server's address, such as `http://127.0.0.1:49152`; the admin interface is under `/_simulator`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// A handle for another task.
    #[must_use]
    pub fn handle(&self) -> TenantHandle {
        self.handle.clone()
    }

    /// Stops it, and returns once its port is free.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl Deref for EmployeeConnectSimulator {
    type Target = TenantHandle;

    fn deref(&self) -> &TenantHandle {
        &self.handle
    }
}
