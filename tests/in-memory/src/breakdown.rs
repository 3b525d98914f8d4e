//! What breaks for one customer alone: a call about that customer that fails, is never answered, or panics.

use std::collections::BTreeMap;
use std::future::pending;

use habitsync_domain::tenant::TenantId;
use habitsync_workflows::ports::failure::ServiceFailure;

use crate::faults::{Call, service_failure};

/// How a call breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakdown {
    /// The call fails.
    Fails,
    /// The call is never answered.
    Hangs,
    /// The call panics.
    Panics,
}

impl Breakdown {
    /// Every way in which a call breaks.
    pub const ALL: [Self; 3] = [Self::Fails, Self::Hangs, Self::Panics];
}

/// The calls that break from now on, by customer.
#[derive(Debug, Clone, Default)]
pub struct Breakdowns(BTreeMap<(TenantId, Call), Breakdown>);

impl Breakdowns {
    /// Every call of this kind about this customer breaks.
    pub fn insert(&mut self, tenant: &TenantId, call: Call, how: Breakdown) {
        self.0.insert((tenant.clone(), call), how);
    }

    /// Breaks a call where it is to break.
    pub(crate) async fn meet(&self, tenant: &TenantId, call: Call) -> Result<(), ServiceFailure> {
        match self.0.get(&(tenant.clone(), call)) {
            None => Ok(()),
            Some(Breakdown::Fails) => Err(service_failure()),
            Some(Breakdown::Hangs) => pending().await,
            Some(Breakdown::Panics) => panic!("a call panics, as a test asked for"),
        }
    }
}
