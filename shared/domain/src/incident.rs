//! One outage of a vendor across many customers is one incident: it is opened when enough of them fail alike, the vendor is left
//! alone but for one customer's run at a time, and it ends when such a run succeeds and everybody has caught up.
//!
//! A state machine over what the fleet's summary says, and the time. Whoever runs it stores what it returns by a compare and
//! swap, and then does what it says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::failing::{Failing, Signature, VendorTrouble};
use crate::job::Job;
use crate::tenant::TenantId;
use crate::vendor::Vendor;

/// So many customers are an outage, however many there are.
const MANY: usize = 5;

/// Of a small fleet, one in so many is; but never one customer alone.
const ONE_IN: usize = 5;
const FEW: usize = 2;

/// How close together they have to fail.
const TOGETHER: SignedDuration = SignedDuration::from_mins(15);

/// The waits before the first, second, … probe; the last is the longest.
const WAITS: [SignedDuration; 3] = [
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(10),
];

/// How long a probe may take: an invocation, and some time to start it.
const PROBED_WITHIN: SignedDuration = SignedDuration::from_mins(16);

/// How long catching up may take until the incident is called over all the same.
const CAUGHT_UP_WITHIN: SignedDuration = SignedDuration::from_hours(2);

/// How many runs that were held back are started in a minute: a vendor that has just come back is not met by all at once.
const STARTED_AT_ONCE: usize = 20;

/// One job of one live customer, as the fleet's summary has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Whose.
    pub tenant: TenantId,
    /// Which job.
    pub job: Job,
    /// What it fails with, if it does.
    pub failing: Option<Failing>,
    /// Since when a run of it has been held back.
    pub held_since: Option<Timestamp>,
    /// When it last succeeded.
    pub last_success_at: Option<Timestamp>,
}

/// An outage of one vendor. One item of the table while it lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Whose outage it is.
    pub vendor: Vendor,
    /// How the vendor fails: what is about one of these is nobody's own trouble.
    pub kinds: BTreeSet<VendorTrouble>,
    /// When enough had failed.
    pub opened_at: Timestamp,
    /// Everybody who was met by it.
    pub customers: BTreeSet<TenantId>,
    /// How far it is.
    pub phase: Phase,
    /// Who was probed last: the next one's turn comes after it.
    #[serde(default)]
    pub last_probed: Option<TenantId>,
    /// Runs that were started again once it was over.
    #[serde(default)]
    pub caught_up: u64,
    /// Whether the operators were told that it began, and under which Message-ID.
    #[serde(default)]
    pub told: Option<ToldAs>,
}

/// That the operators were told, and the mail that later ones answer; none where the stage has no operator's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldAs {
    /// The Message-ID.
    pub thread: Option<String>,
}

/// How far an incident is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub enum Phase {
    /// The vendor is left alone but for a probe.
    Open {
        /// Probes that failed, in a row.
        failed_probes: u32,
        /// The run that finds out.
        probe: Option<Probe>,
        /// When the next one may begin.
        next_probe_at: Timestamp,
    },
    /// The vendor answers. What was held back is started, the longest waiting first.
    Recovering {
        /// Since when it has answered.
        since: Timestamp,
    },
    /// Everybody has caught up.
    Over {
        /// When the vendor answered again.
        at: Timestamp,
    },
}

/// One customer's run that finds out whether the vendor answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Whose.
    pub tenant: TenantId,
    /// Which job.
    pub job: Job,
    /// When it was started.
    pub since: Timestamp,
    /// It is given up then.
    pub until: Timestamp,
}

/// Who fails alike, by vendor.
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

impl Incident {
    /// An incident that begins with this outbreak.
    #[must_use]
    pub fn open(vendor: Vendor, outbreak: Outbreak, now: Timestamp) -> Self {
        Self {
            vendor,
            kinds: outbreak.kinds,
            opened_at: now,
            customers: outbreak.customers,
            phase: Phase::opened(now),
            last_probed: None,
            caught_up: 0,
            told: None,
        }
    }

    /// Whether a run of this customer's job may call the vendor at `now`.
    #[must_use]
    pub fn admits(&self, tenant: &TenantId, job: Job, now: Timestamp) -> bool {
        let Phase::Open { probe, .. } = &self.phase else {
            return true;
        };
        let is_probe = |probe: &Probe| probe.tenant == *tenant && probe.job == job && now < probe.until;
        !job.calls(self.vendor) || probe.as_ref().is_some_and(is_probe)
    }

    /// Whether what a run failed with is this incident, and not the customer's own affair.
    #[must_use]
    pub fn explains(&self, signature: &Signature) -> bool {
        let is_over = matches!(self.phase, Phase::Over { .. });
        let is_of_it = matches!(signature, Signature::Vendor { vendor, kind } if *vendor == self.vendor && self.kinds.contains(kind));
        is_of_it && !is_over
    }

    /// The incident a moment later, by what the summary says by now. A probe that it names anew is to be started.
    #[must_use]
    pub fn step(&self, sightings: &[Sighting], live: usize, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.note_who_is_met(sightings);
        match &self.phase {
            Phase::Open { .. } => next.look_after_probe(sightings, live, now),
            Phase::Recovering { since } => next.look_after_recovery(sightings, live, *since, now),
            Phase::Over { .. } => {}
        }
        next
    }

    /// What has to be started once the vendor answers although nothing held it back: it had failed before the incident began, or
    /// as a probe.
    #[must_use]
    pub fn failed_by_it(&self, sightings: &[Sighting]) -> Vec<(TenantId, Job, Timestamp)> {
        let failed = sightings.iter().filter(|sighting| sighting.held_since.is_none());
        let failed = failed.filter_map(|sighting| {
            let failing = sighting
                .failing
                .as_ref()
                .filter(|failing| self.explains(&failing.signature))?;
            Some((sighting.tenant.clone(), sighting.job, failing.since))
        });
        failed.collect()
    }

    fn note_who_is_met(&mut self, sightings: &[Sighting]) {
        let met = sightings.iter().filter(|sighting| self.meets(sighting));
        let met: Vec<_> = met.map(|sighting| sighting.tenant.clone()).collect();
        self.customers.extend(met);
    }

    fn meets(&self, sighting: &Sighting) -> bool {
        let is_held = sighting.held_since.is_some() && sighting.job.calls(self.vendor);
        let fails = sighting
            .failing
            .as_ref()
            .is_some_and(|failing| self.explains(&failing.signature));
        is_held || fails
    }

    fn look_after_probe(&mut self, sightings: &[Sighting], live: usize, now: Timestamp) {
        if let Some(outbreak) = outbreak(sightings, self.vendor, live, Timestamp::MIN, now) {
            self.kinds.extend(outbreak.kinds);
        }
        let Phase::Open {
            failed_probes,
            probe,
            next_probe_at,
        } = self.phase.clone()
        else {
            return;
        };
        let heard = probe.as_ref().map(|probe| self.heard(probe, sightings, now));
        match heard {
            Some(Heard::Answer) => self.phase = Phase::Recovering { since: now },
            Some(Heard::Silence) => self.phase = Phase::waiting(failed_probes.saturating_add(1), now),
            Some(Heard::Nothing) => self.begin_probe(failed_probes, sightings, now),
            None if now >= next_probe_at => self.begin_probe(failed_probes, sightings, now),
            Some(Heard::NotYet) | None => {}
        }
    }

    /// What a probe has found out.
    fn heard(&self, probe: &Probe, sightings: &[Sighting], now: Timestamp) -> Heard {
        let is_probed = |sighting: &&Sighting| sighting.tenant == probe.tenant && sighting.job == probe.job;
        let Some(sighting) = sightings.iter().find(is_probed) else {
            return Heard::Nothing;
        };
        match &sighting.failing {
            None => Heard::Answer,
            Some(failing) if failing.last_at <= probe.since && now < probe.until => Heard::NotYet,
            // It hangs, or crashed.
            Some(failing) if failing.last_at <= probe.since => Heard::Silence,
            Some(failing) if self.explains(&failing.signature) || self.is_not_well(&failing.signature) => {
                Heard::Silence
            }
            Some(_) => Heard::Nothing,
        }
    }

    /// The vendor fails in another way than before, and is not well either.
    fn is_not_well(&self, signature: &Signature) -> bool {
        signature.vendor() == Some(self.vendor) && signature.trouble() == crate::trouble::Trouble::Vendor
    }

    /// The next customer's turn. Where nobody fails by it any more, it is over.
    fn begin_probe(&mut self, failed_probes: u32, sightings: &[Sighting], now: Timestamp) {
        let failing = sightings.iter().filter(|sighting| {
            sighting
                .failing
                .as_ref()
                .is_some_and(|failing| self.explains(&failing.signature))
        });
        let mut candidates: Vec<(&TenantId, Job)> = failing.map(|sighting| (&sighting.tenant, sighting.job)).collect();
        candidates.sort();
        candidates.dedup_by(|one, other| one.0 == other.0);
        let after = |tenant: &TenantId| self.last_probed.as_ref().is_none_or(|last| tenant > last);
        let chosen = candidates
            .iter()
            .find(|(tenant, _)| after(tenant))
            .or(candidates.first());
        let Some((tenant, job)) = chosen.map(|(tenant, job)| ((*tenant).clone(), *job)) else {
            self.phase = Phase::Recovering { since: now };
            return;
        };
        self.last_probed = Some(tenant.clone());
        self.phase = Phase::Open {
            failed_probes,
            next_probe_at: now,
            probe: Some(Probe {
                tenant,
                job,
                since: now,
                until: later(now, PROBED_WITHIN),
            }),
        };
    }

    fn look_after_recovery(&mut self, sightings: &[Sighting], live: usize, since: Timestamp, now: Timestamp) {
        if let Some(relapse) = outbreak(sightings, self.vendor, live, since, now) {
            self.kinds.extend(relapse.kinds);
            self.phase = Phase::opened(now);
            return;
        }
        let waits = |sighting: &Sighting| sighting.held_since.is_some() && sighting.job.calls(self.vendor);
        let is_long_enough = now.duration_since(since) >= CAUGHT_UP_WITHIN;
        if is_long_enough || !sightings.iter().any(waits) {
            self.phase = Phase::Over { at: since };
        }
    }
}

/// What a probe tells about the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// It goes on.
    NotYet,
    /// The vendor did its part.
    Answer,
    /// It did not.
    Silence,
    /// Something else went wrong: another has to find out.
    Nothing,
}

impl Phase {
    fn opened(now: Timestamp) -> Self {
        Self::waiting(0, now)
    }

    fn waiting(failed_probes: u32, now: Timestamp) -> Self {
        let [.., longest] = WAITS;
        let wait = usize::try_from(failed_probes).ok().and_then(|failed| WAITS.get(failed));
        Self::Open {
            failed_probes,
            probe: None,
            next_probe_at: later(now, *wait.unwrap_or(&longest)),
        }
    }
}

/// What was held back and need not be any more, the longest waiting first, as many as are started in a minute.
#[must_use]
pub fn to_start(sightings: &[Sighting], incidents: &[Incident], now: Timestamp) -> Vec<Sighting> {
    let is_free = |sighting: &Sighting| {
        incidents
            .iter()
            .all(|incident| incident.admits(&sighting.tenant, sighting.job, now))
    };
    let held = sightings.iter().filter(|sighting| sighting.held_since.is_some());
    let mut held: Vec<_> = held.filter(|sighting| is_free(sighting)).cloned().collect();
    held.sort_by_key(|sighting| sighting.held_since);
    held.truncate(STARTED_AT_ONCE);
    held
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
