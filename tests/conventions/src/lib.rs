//! habitsync-conventions.
