//! User sync against a portal and a table in memory: what is written, what is asked, what an interruption leaves.

mod customer;
mod interrupted;
mod telling;
mod unanswered;
mod writing;
