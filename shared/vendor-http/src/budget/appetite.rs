//! How many slots a process leases at once: one for a result, a second's worth for a sync, and no more than it can use.

use super::slots::{LATENESS, Micros, micros};

/// After so many leases that were used to the last slot, a process tries a larger one again.
const USED_UP: u32 = 16;

/// What a process leases next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Appetite {
    /// Slots of the next lease.
    slots: u32,
    /// As many as were used of a lease that was too large.
    ceiling: u32,
    /// Leases in a row that were used up.
    used_up: u32,
    /// The most that a lease may have.
    longest: u32,
}

impl Appetite {
    /// That of a process which wants its first slot.
    pub(super) fn first(longest: u32) -> Self {
        Self {
            slots: 1,
            ceiling: longest,
            used_up: 0,
            longest,
        }
    }

    /// Slots of the next lease.
    pub(super) fn slots(self) -> u32 {
        self.slots
    }

    /// A slot is wanted again, this long after the end of the last lease, of whose slots so many lapsed.
    pub(super) fn wants_again(self, after: Micros, lapsed: u32) -> Self {
        if after > micros(LATENESS) {
            // Whoever is back only now has little to do.
            Self::first(self.longest)
        } else if lapsed > 0 {
            self.shrunk(lapsed)
        } else {
            self.grown()
        }
    }

    fn shrunk(self, lapsed: u32) -> Self {
        let used = self.slots.saturating_sub(lapsed).max(1);
        Self {
            slots: used,
            ceiling: used,
            used_up: 0,
            ..self
        }
    }

    fn grown(self) -> Self {
        let used_up = (self.used_up + 1) % USED_UP;
        let ceiling = if used_up == 0 {
            (self.ceiling + self.ceiling / 4 + 1).min(self.longest)
        } else {
            self.ceiling
        };
        Self {
            slots: (self.slots * 2).min(ceiling),
            ceiling,
            used_up,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_once(appetite: Appetite) -> Appetite {
        appetite.wants_again(0, 0)
    }

    #[test]
    fn a_sync_doubles_its_leases_up_to_a_seconds_worth() {
        let leases = std::iter::successors(Some(Appetite::first(4)), |appetite| Some(at_once(*appetite)));
        let sizes: Vec<_> = leases.take(5).map(Appetite::slots).collect();
        assert_eq!(sizes, [1, 2, 4, 4, 4]);
    }

    #[test]
    fn whoever_comes_back_later_takes_one() {
        let appetite = at_once(at_once(Appetite::first(4)));
        assert_eq!(appetite.wants_again(micros(LATENESS) + 1, 3), Appetite::first(4));
    }

    #[test]
    fn a_process_too_slow_for_its_lease_takes_as_many_as_it_used_and_only_now_and_then_tries_one_more() {
        let mut appetite = at_once(at_once(Appetite::first(4))).wants_again(0, 2);
        let mut sizes = Vec::new();
        for _ in 0..=USED_UP {
            sizes.push(appetite.slots());
            appetite = at_once(appetite);
        }
        assert_eq!(sizes[..16], [2; 16]);
        assert_eq!(sizes[16], 3);
    }
}
