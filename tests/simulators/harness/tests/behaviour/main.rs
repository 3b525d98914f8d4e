//! The harness under a small vendor, over real HTTP.

mod faults;
mod server;
mod vendor;
