//! habitsync-contracts.
