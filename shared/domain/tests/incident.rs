//! The incident as a state machine, whatever the fleet's summary says from minute to minute.

use std::collections::BTreeSet;

use habitsync_domain::failing::{Failing, Signature, VendorTrouble};
use habitsync_domain::incident::{Incident, Phase, Sighting, how_many_are_an_outage, outbreak, to_start};
use habitsync_domain::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendor::Vendor;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const VENDOR: Vendor = Vendor::EmployeeConnect;

fn minute(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn tenant(number: usize) -> TenantId {
    format!("customer-{number}").parse().expect("a tenant")
}

/// What a customer's row may say: it fails in some way since some minutes ago, or does not; a run of it may be held back.
fn row() -> impl Strategy<Value = (Option<(Signature, i64)>, Option<i64>)> {
    let kind = prop::sample::select(vec![
        VendorTrouble::Unavailable,
        VendorTrouble::Unavailable,
        VendorTrouble::RateLimited,
        VendorTrouble::Credentials,
        VendorTrouble::ModuleDisabled,
    ]);
    let vendor = prop::sample::select(vec![VENDOR, VENDOR, VENDOR, Vendor::TribalHabits]);
    let signature = (vendor, kind).prop_map(|(vendor, kind)| Signature::Vendor { vendor, kind });
    (
        prop::option::weighted(0.6, (signature, 0..20_i64)),
        prop::option::weighted(0.3, 0..60_i64),
    )
}

type Rows = Vec<(Option<(Signature, i64)>, Option<i64>)>;

fn sightings(rows: &Rows, now: i64) -> Vec<Sighting> {
    let of_row = rows.iter().enumerate().map(|(number, (failing, held))| Sighting {
        tenant: tenant(number),
        job: Job::Users,
        failing: failing
            .clone()
            .map(|(signature, ago)| Failing::after(None, signature, minute(now - ago))),
        held_since: held.map(|ago| minute(now - ago)),
        last_success_at: None,
    });
    of_row.collect()
}

fn phase_of(incident: &Incident) -> u8 {
    match incident.phase {
        Phase::Open { .. } => 0,
        Phase::Recovering { .. } => 1,
        Phase::Over { .. } => 2,
    }
}

proptest! {
    #[test]
    fn at_most_one_run_calls_a_vendor_that_is_down_and_nothing_is_forgotten(
        minutes in prop::collection::vec((1..20_i64, prop::collection::vec(row(), 8)), 1..40),
    ) {
        let (mut now, mut incident): (i64, Option<Incident>) = (100, None);
        for (passed, rows) in minutes {
            now += passed;
            let seen = sightings(&rows, now);
            let Some(before) = incident.take().filter(|incident: &Incident| !incident.is_over()) else {
                let found = outbreak(&seen, VENDOR, seen.len(), Timestamp::MIN, minute(now));
                incident = found.map(|found| Incident::open(VENDOR, found, minute(now)));
                continue;
            };
            let next = before.step(&seen, seen.len(), minute(now));
            let admitted: Vec<_> = seen
                .iter()
                .filter(|sighting| next.admits(&sighting.tenant, sighting.job, minute(now)))
                .collect();
            match &next.phase {
                Phase::Open { .. } => {
                    prop_assert!(admitted.len() <= 1, "{admitted:?}");
                    prop_assert!(to_start(&seen, std::slice::from_ref(&next)).is_empty());
                }
                Phase::Recovering { since } | Phase::Over { at: since, .. } => {
                    prop_assert_eq!(admitted.len(), seen.len());
                    prop_assert!(*since >= next.opened_at);
                }
            }
            if let Some((probed, job)) = next.probe_after(&before) {
                let sighting = seen.iter().find(|sighting| sighting.tenant == probed && sighting.job == job);
                let failing = sighting.and_then(|sighting| sighting.failing.as_ref()).expect("a probe is of who fails");
                prop_assert!(next.explains(&failing.signature));
            }
            prop_assert!(next.customers.is_superset(&before.customers) && next.kinds.is_superset(&before.kinds));
            prop_assert!(phase_of(&before) <= phase_of(&next) || phase_of(&next) == 0, "over is over");
            incident = Some(next);
        }
    }

    #[test]
    fn an_outbreak_is_of_customers_who_fail_alike_and_of_enough_of_them(rows in prop::collection::vec(row(), 1..40)) {
        let now = 1000;
        let seen = sightings(&rows, now);
        if let Some(found) = outbreak(&seen, VENDOR, seen.len(), Timestamp::MIN, minute(now)) {
            prop_assert!(!found.kinds.contains(&VendorTrouble::ModuleDisabled), "that is the customer's own");
            for kind in &found.kinds {
                let alike: BTreeSet<_> = seen
                    .iter()
                    .filter(|sighting| {
                        let signature = Signature::Vendor { vendor: VENDOR, kind: *kind };
                        sighting.failing.as_ref().is_some_and(|failing| {
                            failing.signature == signature && failing.last_at > minute(now - 15)
                        })
                    })
                    .map(|sighting| sighting.tenant.clone())
                    .collect();
                prop_assert!(alike.len() >= how_many_are_an_outage(seen.len()));
                prop_assert!(found.customers.is_superset(&alike));
            }
        }
    }

    #[test]
    fn what_was_held_back_is_started_longest_waiting_first_and_twenty_at_a_time(
        rows in prop::collection::vec(row(), 1..80),
    ) {
        let seen = sightings(&rows, 1000);
        let held = seen.iter().filter(|sighting| sighting.held_since.is_some()).count();
        let started = to_start(&seen, &[]);
        prop_assert_eq!(started.len(), held.min(20));
        prop_assert!(started.is_sorted_by_key(|sighting| sighting.held_since));
    }
}

#[test]
fn five_customers_are_an_outage_or_a_fifth_of_a_small_fleet_and_never_one() {
    let thresholds = [0, 1, 3, 10, 11, 20, 25, 300].map(how_many_are_an_outage);
    assert_eq!(thresholds, [2, 2, 2, 2, 3, 4, 5, 5]);
}
