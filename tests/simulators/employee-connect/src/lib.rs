//! A simulated EmployeeConnect tenant: employees, courses and results of the contract over real HTTP, with state.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use habitsync_fixtures::Company;
//! use habitsync_simulator_employee_connect::{EmployeeConnectSimulator, TenantSettings};
//!
//! let tenant = EmployeeConnectSimulator::start(TenantSettings::default()).await?;
//! tenant.seed_from(&Company::generate(1, 250, 40));
//! tenant.change("E1002", |employee| employee.job_title = Some("Analyst".to_owned()));
//! println!("{} has {} employees", tenant.base_url(), tenant.employees().len());
//! # Ok(()) }
//! ```
//!
//! It shares no type with the client that is tested against it: two readings of one contract can catch a misreading.

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
