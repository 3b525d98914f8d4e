#![doc = include_str!("../README.md")]

mod address;
mod body;
mod budget;
mod client;
mod error;
mod failure_kind;
mod hosts;
mod in_process;
mod json_text;
mod look;
mod pace;
mod paging;
mod place;
mod raw_record;
mod reply;
mod request;
mod retry;
mod retry_after;
mod traffic;
mod transport;

pub use address::{InvalidPrivateVendors, PrivateVendors};
pub use budget::{HORIZON, LATENESS, LeaseSlots, Micros, Moved, SharedBudget};
pub use client::{CallSettings, VendorHttp};
pub use error::{BuildError, DecodeError, HttpError, PrivateBody, chain};
pub use hosts::{BaseUrl, BaseUrlError, InvalidVendorHosts, VendorHosts};
pub use in_process::InProcessBudget;
pub use look::{ListNames, ListPage, ListSample, Probe, ProbeFindings, ProbedApi, RawResponse, sample_list};
pub use pace::{Drawing, PaceError, RequestBudget};
pub use paging::{Page, PageFacts, PagingError, Rows, read_list};
pub use place::{FieldNames, known};
pub use raw_record::RawRecord;
pub use request::Request;
pub use retry::RetrySchedule;
pub use traffic::{Traffic, take_traffic};
pub use transport::Transport;
