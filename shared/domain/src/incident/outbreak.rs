//! When customers who fail alike are enough to be a vendor's outage.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::Sighting;
use crate::failing::{Signature, VendorTrouble};
use crate::tenant::TenantId;
use crate::vendor::Vendor;

/// So many customers are an outage, however many there are.
const MANY: usize = 5;

/// Of a small fleet, one in so many is; but never one customer alone.
const ONE_IN: usize = 5;
const FEW: usize = 2;

/// How close together they have to fail.
const TOGETHER: SignedDuration = SignedDuration::from_mins(15);

/// Who fails alike, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbreak {
    /// How.
    pub kinds: BTreeSet<VendorTrouble>,
    /// Who.
    pub customers: BTreeSet<TenantId>,
}

/// How many customers have to fail alike: five, or a fifth of the live ones where that is fewer, and two at least.
#[must_use]
pub fn how_many_are_an_outage(live: usize) -> usize {
    live.div_ceil(ONE_IN).clamp(FEW, MANY)
}

/// The outages that the summary shows: enough customers whose last run failed with one signature, all after `after` and within a
/// quarter of an hour.
#[must_use]
pub fn outbreak(
    sightings: &[Sighting],
    vendor: Vendor,
    live: usize,
    after: Timestamp,
    now: Timestamp,
) -> Option<Outbreak> {
    let mut alike: BTreeMap<VendorTrouble, BTreeSet<TenantId>> = BTreeMap::new();
    for sighting in sightings {
        let recent = sighting
            .failing
            .as_ref()
            .filter(|failing| now.duration_since(failing.last_at) < TOGETHER && failing.last_at > after);
        if let Some(Signature::Vendor { vendor: whose, kind }) = recent.map(|failing| &failing.signature)
            && *whose == vendor
            && kind.may_meet_everybody()
        {
            alike.entry(*kind).or_default().insert(sighting.tenant.clone());
        }
    }
    alike.retain(|_, customers| customers.len() >= how_many_are_an_outage(live));
    let mut outbreak = Outbreak::default();
    for (kind, customers) in alike {
        outbreak.kinds.insert(kind);
        outbreak.customers.extend(customers);
    }
    (!outbreak.kinds.is_empty()).then_some(outbreak)
}
