//! A simulated Tribal Habits portal: the public API of the contract over real HTTP, with state, and completion webhooks.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use habitsync_fixtures::Company;
//! use habitsync_simulator_tribal_habits::{PortalSettings, TribalHabitsSimulator};
//!
//! let portal = TribalHabitsSimulator::start(PortalSettings::default()).await?;
//! portal.seed_from(&Company::generate(1, 250, 40));
//! println!("{} has {} users", portal.base_url(), portal.users().len());
//! # Ok(()) }
//! ```
//!
//! It shares no type with the client that is tested against it: two readings of one contract can catch a misreading.

mod admin;
mod api;
mod custom_field;
mod deviation;
mod dialect;
mod enrolment;
mod handle;
mod page;
mod portal;
mod seed;
mod settings;
mod simulator;
mod topic;
mod user;
mod webhook;

pub use custom_field::DateStyle;
pub use custom_field::{CustomField, FieldKind};
pub use deviation::Deviation;
pub use enrolment::{Enrolment, EnrolmentStatus, Knowledge, Learner, NotThere};
pub use handle::PortalHandle;
pub use settings::PortalSettings;
pub use simulator::{StartError, TribalHabitsSimulator};
pub use topic::{AutoEnrolLink, Folder, Topic, TopicType};
pub use user::User;
pub use webhook::{Authentication, Delivery, Forgery, SendError, WebhookTarget};
