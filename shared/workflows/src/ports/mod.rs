//! What the use cases need of the world: small traits named by verb.
//!
//! A port of the table is bound to one customer when it is made ([`people`], [`courses`], [`results`], [`runs`]), so
//! that no use case can mix two customers up; the [`fleet`] ports see all customers.

pub mod breaker;
pub mod clock;
pub mod courses;
pub mod failure;
pub mod fleet;
pub mod holds;
pub mod incidents;
pub mod lease;
pub mod mail;
pub mod people;
pub mod probes;
pub mod queue;
pub mod result_list;
pub mod results;
pub mod runs;
pub mod stores;
pub mod summary;
pub mod tenants;
pub mod vendors;
