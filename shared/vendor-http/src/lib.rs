#![doc = include_str!("../README.md")]

mod address;
mod body;
mod budget;
mod call_error;
mod client;
mod error;
mod failure_kind;
mod field_refusal;
mod hosts;
mod in_process;
mod look;
mod pace;
mod paging;
mod place;
mod raw_record;
mod read_records;
mod reply;
mod request;
mod retry;
mod retry_after;
mod traffic;
mod transport;
mod vendor_client;

pub use address::{InvalidPrivateVendors, PrivateVendors};
pub use budget::{HORIZON, LATENESS, LeaseSlots, Micros, Moved, SharedBudget};
pub use call_error::{ApiRefusals, CallError, vendor_failure};
pub use client::{CallSettings, VendorHttp};
pub use error::{BuildError, DecodeError, HttpError, PrivateBody, chain};
pub use field_refusal::FieldRefusal;
pub use hosts::{BaseUrl, BaseUrlError, InvalidVendorHosts, VendorHosts};
pub use in_process::InProcessBudget;
pub use look::{
    Asking, ListNames, ListPage, ListSample, Probe, ProbeFindings, ProbedApi, ProbedClient, RawResponse, Record,
    sample_list,
};
pub use pace::{Drawing, PaceError, RequestBudget};
pub use paging::{Page, PageFacts, PagingError};
pub use place::{FieldNames, known};
pub use raw_record::RawRecord;
pub use read_records::read_records;
pub use request::Request;
pub use retry::RetrySchedule;
pub use traffic::{Traffic, take_traffic};
pub use transport::Transport;
pub use vendor_client::VendorClient;
