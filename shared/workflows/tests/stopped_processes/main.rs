//! Processes that are stopped at any moment and resumed later, with clocks that are two seconds off: none writes to a vendor, or to the
//! table, after another process has taken its lease or its claim over.

mod courses;
mod process;
mod results;
mod users;
