//! habitsync-domain.
