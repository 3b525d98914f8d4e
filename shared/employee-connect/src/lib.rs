//! habitsync-employee-connect.
