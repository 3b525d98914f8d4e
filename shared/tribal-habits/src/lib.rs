//! habitsync-tribal-habits.
