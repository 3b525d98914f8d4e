//! The Tribal Habits simulator.
