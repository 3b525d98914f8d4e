//! habitsync-lambda-support.
