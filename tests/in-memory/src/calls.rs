//! Calls of a vendor's API on the loop-back: patient settings, a request budget without end, a client of the simulator.

use std::sync::Arc;
use std::time::Duration;

use habitsync_domain::text::excerpt::EXCERPT_BYTES;
use habitsync_vendor_http::{
    CallSettings, Drawing, PrivateVendors, RequestBudget, RetrySchedule, Transport, VendorHosts, VendorHttp,
};
use habitsync_workflows::ports::failure::{VendorFailure, VendorFailureKind};
use parking_lot::Mutex;
use tokio::time::Instant;

/// Returns settings with one try per call, and time-outs that no healthy call on a busy machine exceeds.
#[must_use]
pub fn one_try() -> CallSettings {
    one_try_within(Duration::from_secs(30))
}

/// Returns settings with one try per call and this time-out.
#[must_use]
pub fn one_try_within(timeout: Duration) -> CallSettings {
    CallSettings {
        single_timeout: timeout,
        list_timeout: timeout,
        retries: RetrySchedule::none(),
        ..CallSettings::default()
    }
}

/// Returns the settings of [`one_try`] with two more tries, at once.
#[must_use]
pub fn three_tries() -> CallSettings {
    CallSettings {
        retries: RetrySchedule::new([Duration::ZERO, Duration::ZERO]),
        ..one_try()
    }
}

/// Returns a client of the API at this address of 127.0.0.1 or of `host.invalid`, which leads nowhere.
///
/// # Panics
///
/// The address is of another host.
#[must_use]
pub fn loopback(
    vendor: &'static str,
    base_url: &str,
    budget: Arc<dyn RequestBudget>,
    settings: CallSettings,
) -> VendorHttp {
    let hosts = VendorHosts::new("127.0.0.1,host.invalid", PrivateVendors::Allow).expect("hosts");
    let transport = Transport::new(hosts.private()).expect("a client is built");
    let base = hosts.base_url(base_url).expect("an allowed address");
    VendorHttp::new(vendor, transport, base, budget, settings)
}

/// A budget without end that records the slots taken and the blocks announced.
#[derive(Debug, Default)]
pub struct CountingBudget {
    drawn: Mutex<usize>,
    blocks: Mutex<Vec<Duration>>,
}

impl CountingBudget {
    /// Returns how many slots were taken.
    #[must_use]
    pub fn drawn(&self) -> usize {
        *self.drawn.lock()
    }

    /// Returns the blocks that were announced.
    #[must_use]
    pub fn blocks(&self) -> Vec<Duration> {
        self.blocks.lock().clone()
    }
}

impl RequestBudget for CountingBudget {
    fn draw(&self, _deadline: Instant) -> Drawing<'_> {
        *self.drawn.lock() += 1;
        Box::pin(std::future::ready(Ok(())))
    }

    fn blocked(&self, lasting: Duration) -> Drawing<'_> {
        self.blocks.lock().push(lasting);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Asserts that a failure is short enough to be stored and shows neither `person` nor an address as the key of a field.
///
/// # Panics
///
/// The failure is longer, or shows one of them.
pub fn assert_recordable(failure: &VendorFailure, person: &str) {
    let printed = format!("{failure} {failure:?}");
    assert!(failure.detail.len() <= EXCERPT_BYTES, "{printed}");
    assert!(printed.len() < 4 * EXCERPT_BYTES, "{} bytes", printed.len());
    assert!(!printed.contains(person), "{printed}");
    let keys = refused_fields(failure);
    assert!(keys.iter().all(|key| !key.contains('@')), "{keys:?}");
}

/// Returns the fields that a refusal names, in order; none of another failure.
#[must_use]
pub fn refused_fields(failure: &VendorFailure) -> Vec<&str> {
    match &failure.kind {
        VendorFailureKind::Refused(fields) => fields.iter().map(|refused| refused.field.as_str()).collect(),
        _ => Vec::new(),
    }
}
