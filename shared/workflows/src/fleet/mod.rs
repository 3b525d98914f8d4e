//! All customers side by side: due work is started, incidents are opened and closed, operators are alerted.

pub mod alert_operators;
pub mod customer_status;
pub mod incidents;
pub mod measure;
pub mod status;
pub mod view;
pub mod watch;
