//! Size of a process's slot lease: one slot for a result, a second's worth for a sync, and no more than it can use.
//!
//! Slots that were leased and not used are lost to all processes. That matters only where others want them; so a
//! process that is alone takes more at once with every lease, which saves calls of the store, and one beside others
//! must have used many before it may risk to waste one.

use super::slots::{LATENESS, Micros, micros};

/// After so many leases that were used to the last slot, a process tries a larger one again.
const USED_UP: u32 = 16;

/// For so many slots that it has used, a process beside others may lease one more at once: should it then need no more,
/// that is how much of its share it wastes.
const USED_FOR_ONE_MORE: u32 = 16;

/// Size of the next lease of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeaseSize {
    /// Slots of the next lease.
    slots: u32,
    /// Number of slots used of a lease that was too large.
    ceiling: u32,
    /// Leases in a row that were used up.
    leases_used_up: u32,
    /// Slots that were used since the process began to be busy.
    used: u32,
    /// The most that a lease may have.
    longest: u32,
}

/// Use of the last lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastLease {
    /// Time between its end and the request for another slot.
    pub(super) ended: Micros,
    /// Number of its slots that lapsed.
    pub(super) lapsed: u32,
    /// Whether other processes had leased slots before it.
    pub(super) beside_others: bool,
}

impl LeaseSize {
    /// That of a process which wants its first slot.
    pub(super) fn first(longest: u32) -> Self {
        Self {
            slots: 1,
            ceiling: longest,
            leases_used_up: 0,
            used: 0,
            longest,
        }
    }

    /// Slots of the next lease.
    pub(super) fn slots(self) -> u32 {
        self.slots
    }

    /// Another slot is wanted.
    pub(super) fn after(mut self, last: LastLease) -> Self {
        if last.ended > micros(LATENESS) {
            // A process that returns only now has little to do.
            return Self::first(self.longest);
        }
        let used = self.slots.saturating_sub(last.lapsed);
        self.used = self.used.saturating_add(used);
        if last.lapsed > 0 {
            self.lower(used.max(1));
        } else {
            self.raise();
        }
        let allowed = if last.beside_others {
            1 + self.used / USED_FOR_ONE_MORE
        } else {
            self.longest
        };
        self.slots = (used.max(1) * 2).min(allowed).min(self.ceiling);
        self
    }

    fn lower(&mut self, ceiling: u32) {
        self.ceiling = ceiling;
        self.leases_used_up = 0;
    }

    fn raise(&mut self) {
        self.leases_used_up = (self.leases_used_up + 1) % USED_UP;
        if self.leases_used_up == 0 {
            self.ceiling = (self.ceiling + self.ceiling / 4 + 1).min(self.longest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USED_UP_ALONE: LastLease = LastLease {
        ended: 0,
        lapsed: 0,
        beside_others: false,
    };
    const USED_UP_BESIDE_OTHERS: LastLease = LastLease {
        beside_others: true,
        ..USED_UP_ALONE
    };

    /// The sizes of so many leases, if every one goes like this.
    fn sizes(mut lease_size: LeaseSize, leases: usize, every: LastLease) -> Vec<u32> {
        let mut sizes = Vec::new();
        for _ in 0..leases {
            sizes.push(lease_size.slots());
            lease_size = lease_size.after(every);
        }
        sizes
    }

    #[test]
    fn a_process_that_is_alone_doubles_its_leases_up_to_a_seconds_worth() {
        assert_eq!(sizes(LeaseSize::first(4), 5, USED_UP_ALONE), [1, 2, 4, 4, 4]);
    }

    #[test]
    fn a_process_beside_others_has_used_sixteen_times_what_it_may_waste() {
        let sizes = sizes(LeaseSize::first(4), 100, USED_UP_BESIDE_OTHERS);
        assert_eq!((sizes[..16].iter().max(), sizes.last()), (Some(&1), Some(&4)));
        let mut used = 0;
        for size in sizes {
            assert!((size - 1) * 16 <= used, "{size} after {used}");
            used += size;
        }
    }

    #[test]
    fn whoever_comes_back_later_takes_one() {
        let lease_size = LeaseSize::first(4).after(USED_UP_ALONE).after(USED_UP_ALONE);
        let late = LastLease {
            ended: micros(LATENESS) + 1,
            lapsed: 3,
            beside_others: false,
        };
        assert_eq!(lease_size.after(late), LeaseSize::first(4));
    }

    #[test]
    fn a_process_too_slow_for_its_lease_takes_as_many_as_it_used_and_only_now_and_then_tries_one_more() {
        let lease_size = LeaseSize::first(4).after(USED_UP_ALONE).after(USED_UP_ALONE);
        let slow = lease_size.after(LastLease {
            lapsed: 2,
            ..USED_UP_ALONE
        });
        let sizes = sizes(slow, 17, USED_UP_ALONE);
        assert_eq!((&sizes[..16], sizes[16]), ([2; 16].as_slice(), 3));
    }
}
