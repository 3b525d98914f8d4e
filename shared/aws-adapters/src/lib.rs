//! habitsync-aws-adapters.
