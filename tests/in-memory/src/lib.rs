//! Every port in memory, for tests: state that a test can look at, a journal of the calls made, failures that can be armed
//! before or after the effect, and a clock that moves only when it is told to.
//!
//! Each call yields once, so that invocations that a test runs side by side do interleave.

mod board;
mod breakdown;
mod breaker;
mod clock;
mod courses;
mod faults;
mod fleet;
mod holds;
mod hris;
mod leases;
mod limited_vendor;
mod mail;
mod mail_feedback;
mod people;
mod portal;
mod queue;
mod reminders;
mod result_list;
mod results;
mod runs;
mod slots;
mod summary;
mod table;
mod tenants;

pub use board::{IncidentBoard, Row};
pub use breakdown::{Breakdown, Breakdowns};
pub use clock::{ManualClock, TokioClock};
pub use faults::{Call, Fault, Faults, service_failure, vendor_failure};
pub use fleet::Fleet;
pub use hris::{Hris, StoredResult};
pub use limited_vendor::{Arrival, LimitedVendor};
pub use mail::{Mailbox, mail_refused, mail_settings};
pub use mail_feedback::FeedbackQueue;
pub use portal::{Portal, Refuses};
pub use queue::{Queue, StartedJobs};
pub use slots::SlotStore;
pub use table::{StoredLease, StoredRun, Table, TableState, WaitingResult};
pub use tenants::Tenants;
