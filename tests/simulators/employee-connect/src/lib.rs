#![doc = include_str!("../README.md")]

mod admin;
mod api;
mod body;
mod course;
mod deviation;
mod employee;
mod handle;
mod learning;
mod page;
mod refusal;
mod seed;
mod settings;
mod simulator;
mod tenant;
mod tokens;

pub use course::{Course, CourseResult};
pub use deviation::Deviation;
pub use employee::Employee;
pub use handle::TenantHandle;
pub use settings::{Credentials, TenantSettings};
pub use simulator::EmployeeConnectSimulator;
