//! habitsync-workflows.
