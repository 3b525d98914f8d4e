#![doc = include_str!("../README.md")]

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
