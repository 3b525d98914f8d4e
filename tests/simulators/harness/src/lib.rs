//! habitsync-simulator-harness.
