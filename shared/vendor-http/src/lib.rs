//! The one HTTP layer under both vendors' clients.
//!
//! The only crate that builds an HTTP client. What is decided here once: time-outs, redirects, proxies, TLS, which
//! addresses may be called, how large an answer may be, what is retried and when, the pace, and what an error may say.

mod pace;

pub use pace::{Drawing, PaceError, RequestBudget};
