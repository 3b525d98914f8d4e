//! User sync over the ports in memory.

mod customer;
mod interrupted;
mod killed;
mod parking;
mod record;
mod right_accounts;
mod telling;
mod unanswered;
mod vanished;
mod writing;
