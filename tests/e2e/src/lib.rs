//! habitsync-e2e.
