//! User sync over the ports in memory.

mod afresh;
mod agreed;
mod back_off;
mod change_limits;
mod customer;
mod faulty_source;
mod guards;
mod holds;
mod interrupted;
mod killed;
mod last_days;
mod linking;
mod never_deactivated;
mod one_person;
mod one_person_held;
mod parking;
mod record;
mod refused_alike;
mod rehearsed;
mod rekeyed;
mod right_accounts;
mod telling;
mod traps;
mod unanswered;
mod vanished;
mod writing;
