//! A running portal.

use std::io;
use std::ops::Deref;
use std::sync::Arc;

use habitsync_simulator_harness::{Control, Server};
use parking_lot::Mutex;

use crate::dialect::DIALECT;
use crate::handle::PortalHandle;
use crate::portal::Portal;
use crate::settings::{MOST_CUSTOM_FIELDS, PortalSettings};
use crate::webhook::Sender;
use crate::{admin, api};

/// Why a portal did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, most likely.
    #[error("the simulated portal cannot listen on its port")]
    Port(#[from] io::Error),
    /// More custom fields than a portal can have.
    #[error("a portal has at most {MOST_CUSTOM_FIELDS} custom fields")]
    TooManyCustomFields,
}

/// A running portal. Dropping it stops it.
#[derive(Debug)]
pub struct TribalHabitsSimulator {
    server: Server,
    handle: PortalHandle,
}

impl TribalHabitsSimulator {
    /// Starts an empty portal.
    ///
    /// # Errors
    /// The settings have too many custom fields, or the port is taken.
    pub async fn start(settings: PortalSettings) -> Result<Self, StartError> {
        if settings.custom_fields.len() > MOST_CUSTOM_FIELDS {
            return Err(StartError::TooManyCustomFields);
        }
        let handle = PortalHandle {
            control: Control::new(DIALECT, settings.limit.clone()),
            portal: Arc::new(Mutex::new(Portal::new(&settings))),
            sender: Sender::new(),
            target: Arc::default(),
            messages: Arc::default(),
            deviations: Arc::default(),
        };
        let api = handle
            .control
            .supervise(api::routes(&handle, handle.portal.clone(), &settings.api_key));
        let server = Server::start(settings.port, api.merge(admin::routes(&handle))).await?;
        Ok(Self { server, handle })
    }

    /// The portal's address, such as `http://127.0.0.1:49152`; the API is under `/papi`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// A handle for another task.
    #[must_use]
    pub fn handle(&self) -> PortalHandle {
        self.handle.clone()
    }

    /// Stops it, and returns once its port is free.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

impl Deref for TribalHabitsSimulator {
    type Target = PortalHandle;

    fn deref(&self) -> &PortalHandle {
        &self.handle
    }
}
