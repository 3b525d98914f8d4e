//! The eligibility of an employee, before the mapping.

/// The eligibility of one employee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Eligibility {
    /// They no longer work there.
    Left,
    /// They start too far in the future.
    StartsLater,
    /// The filter does not admit them.
    OutOfScope,
    /// Nothing can be decided about them, whether they work there among it: an unknown status, an impossible date, an active
    /// status with a last day that has passed, a filter that fails. They may work there.
    Undecided,
    /// They should have an account.
    InScope,
}
