//! Time as the use cases see it.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time.
pub trait Now {
    /// This moment.
    fn now(&self) -> Timestamp;
}

/// Lets time pass.
pub trait Pause {
    /// Returns after this long.
    fn pause(&self, wait: Duration) -> impl Future<Output = ()> + Send;
}
