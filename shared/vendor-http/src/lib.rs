//! habitsync-vendor-http.
