//! Every minute: whether many customers fail alike, and what has to be done about an outage that goes on or is over. One mail
//! when it begins, one when it is over.
//!
//! What is decided is in [`habitsync_domain::incident`]. Each change is stored before it is acted on, by whoever has seen the
//! incident as it was: of two watchdogs one acts.

use habitsync_domain::incident::{Incident, Phase, Sighting, ToldAs, outbreak, to_start};
use habitsync_domain::vendor::Vendor;
use jiff::Timestamp;

use crate::fleet_view::FleetView;
use crate::mail::{MailSettings, Notice, tell_operator};
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::incidents::{KeepIncident, ManageHeldBack};
use crate::ports::mail::SendMail;
use crate::ports::queue::StartJob;

/// What tending incidents touches.
pub struct TendIncidents<'a, Fleet, Jobs, Mail, Clock> {
    /// The whole fleet's part of the table.
    pub fleet: &'a Fleet,
    /// The functions behind the jobs.
    pub jobs: &'a Jobs,
    /// Where mail goes out.
    pub mail: &'a Mail,
    /// From and to whom.
    pub mail_settings: &'a MailSettings,
    /// Time.
    pub clock: &'a Clock,
}

/// What was done about incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentReport {
    /// The incidents as they are now, those that are over included.
    pub incidents: Vec<Incident>,
    /// Runs started to find out whether a vendor answers.
    pub probes_started: u64,
    /// Runs started that had been held back.
    pub runs_started: u64,
    /// What could not be done; it is tried again in a minute. One vendor's trouble is nobody else's.
    pub failures: Vec<ServiceFailure>,
}

/// Opens, continues and ends incidents by what the fleet shows.
pub async fn tend_incidents<Fleet, Jobs, Mail, Clock>(
    tend: &TendIncidents<'_, Fleet, Jobs, Mail, Clock>,
    view: &FleetView,
) -> IncidentReport
where
    Fleet: KeepIncident + ManageHeldBack,
    Jobs: StartJob,
    Mail: SendMail,
    Clock: Now,
{
    let (sightings, live) = (view.sightings(), view.live().count());
    let mut report = IncidentReport::default();
    for vendor in Vendor::ALL {
        let known = view.incidents.iter().find(|incident| incident.vendor == vendor);
        let tended = tend.vendor(vendor, known, &sightings, live, &mut report).await;
        match tended {
            Ok(incident) => report.incidents.extend(incident),
            Err(failure) => {
                report.failures.push(failure);
                report.incidents.extend(known.cloned());
            }
        }
    }
    if let Err(failure) = tend.start_held_back(&sightings, &view.incidents, &mut report).await {
        report.failures.push(failure);
    }
    report
}

impl<Fleet, Jobs, Mail, Clock> TendIncidents<'_, Fleet, Jobs, Mail, Clock>
where
    Fleet: KeepIncident + ManageHeldBack,
    Jobs: StartJob,
    Mail: SendMail,
    Clock: Now,
{
    /// The vendor's incident as it is afterwards, if there is one.
    async fn vendor(
        &self,
        vendor: Vendor,
        known: Option<&Incident>,
        sightings: &[Sighting],
        live: usize,
        report: &mut IncidentReport,
    ) -> Result<Option<Incident>, ServiceFailure> {
        let incident = if let Some(incident) = known.filter(|incident| !incident.is_over()) {
            self.go_on(incident, sightings, live, report).await?
        } else {
            self.look_for_one(vendor, known, sightings, live).await?
        };
        match incident {
            Some(incident) => self.tell(incident).await.map(Some),
            // Another watchdog was faster; what it stored is the next tick's to see.
            None => Ok(known.cloned()),
        }
    }

    /// A new incident where the summary shows one; otherwise the last, which is over.
    async fn look_for_one(
        &self,
        vendor: Vendor,
        last: Option<&Incident>,
        sightings: &[Sighting],
        live: usize,
    ) -> Result<Option<Incident>, ServiceFailure> {
        let now = self.clock.now();
        let after = last.map_or(Timestamp::MIN, Incident::accounts_until);
        let Some(outbreak) = outbreak(sightings, vendor, live, after, now) else {
            return Ok(last.cloned());
        };
        let opened = Incident {
            revision: last.map_or(1, |last| last.revision + 1),
            ..Incident::open(vendor, outbreak, now)
        };
        self.stored(last, opened).await
    }

    async fn go_on(
        &self,
        incident: &Incident,
        sightings: &[Sighting],
        live: usize,
        report: &mut IncidentReport,
    ) -> Result<Option<Incident>, ServiceFailure> {
        let mut next = incident.step(sightings, live, self.clock.now());
        if next == *incident {
            return Ok(Some(next));
        }
        if matches!(
            (&incident.phase, &next.phase),
            (Phase::Open { .. }, Phase::Recovering { .. })
        ) {
            // Before it is stored: should this end in the middle, the next tick comes here again.
            for (tenant, job, since) in next.failed_by_it(sightings) {
                self.fleet.note_held_back_of(&tenant, job, since).await?;
            }
        }
        next.revision += 1;
        let stored = self.stored(Some(incident), next).await?;
        if let Some(probe) = stored.as_ref().and_then(|stored| stored.probe_after(incident)) {
            self.jobs.start_job(&probe.0, probe.1).await?;
            report.probes_started += 1;
        }
        Ok(stored)
    }

    /// None where another watchdog has changed it meanwhile: it acts.
    async fn stored(&self, seen: Option<&Incident>, next: Incident) -> Result<Option<Incident>, ServiceFailure> {
        let is_ours = self.fleet.change_incident(seen, &next).await?;
        Ok(is_ours.then_some(next))
    }

    /// Tells the operators that it began, and that it is over, once each.
    async fn tell(&self, incident: Incident) -> Result<Incident, ServiceFailure> {
        let mut told = incident.clone();
        match (&incident.phase, &incident.told) {
            (Phase::Over { told: true, .. }, _) | (Phase::Open { .. } | Phase::Recovering { .. }, Some(_)) => {
                return Ok(incident);
            }
            (Phase::Open { .. } | Phase::Recovering { .. }, None) => {
                let thread = self.write(&beginning(&incident), None).await?;
                told.told = Some(ToldAs { thread });
            }
            (Phase::Over { at, told: false }, before) => {
                let thread = before.as_ref().and_then(|before| before.thread.as_deref());
                self.write(&end(&incident, *at), thread).await?;
                told.phase = Phase::Over { at: *at, told: true };
            }
        }
        told.revision += 1;
        Ok(self.stored(Some(&incident), told).await?.unwrap_or(incident))
    }

    async fn write(&self, notice: &Notice, thread: Option<&str>) -> Result<Option<String>, ServiceFailure> {
        tell_operator(self.mail, self.mail_settings, notice, thread).await
    }

    /// Started, and then forgotten: should this end in between, a run is started twice, and the second says so.
    async fn start_held_back(
        &self,
        sightings: &[Sighting],
        before: &[Incident],
        report: &mut IncidentReport,
    ) -> Result<(), ServiceFailure> {
        let incidents = [before, &report.incidents].concat();
        for held in to_start(sightings, &incidents) {
            if held.last_success_at <= held.held_since {
                self.jobs.start_job(&held.tenant, held.job).await?;
                report.runs_started += 1;
                let recovering = report.incidents.iter_mut().filter(|incident| {
                    held.job.calls(incident.vendor) && matches!(incident.phase, Phase::Recovering { .. })
                });
                recovering.for_each(|incident| incident.caught_up += 1);
            }
            self.fleet.forget_held_back(&held.tenant, held.job).await?;
        }
        self.store_what_was_caught_up(report).await
    }

    async fn store_what_was_caught_up(&self, report: &mut IncidentReport) -> Result<(), ServiceFailure> {
        if report.runs_started == 0 {
            return Ok(());
        }
        let recovering = |incident: &&mut Incident| matches!(incident.phase, Phase::Recovering { .. });
        for incident in report.incidents.iter_mut().filter(recovering) {
            let seen = incident.clone();
            incident.revision += 1;
            self.fleet.change_incident(Some(&seen), incident).await?;
        }
        Ok(())
    }
}

fn beginning(incident: &Incident) -> Notice {
    let (vendor, customers) = (incident.vendor, incident.customers.len());
    let kinds: Vec<_> = incident.kinds.iter().map(ToString::to_string).collect();
    Notice {
        title: format!("HabitSync: {vendor} is not well, {customers} customers are affected"),
        lines: vec![
            format!("{vendor} {} since about {}.", kinds.join(", "), shown(incident.opened_at)),
            format!("Customers affected so far: {}.", names(incident)),
            String::new(),
            format!("Runs that call {vendor} are held back, but for one customer's at a time that finds out whether it is over."),
            "Customers are not written to about it. When it is over, what was held back is started by itself, and you get".to_owned(),
            "one more mail, in answer to this one.".to_owned(),
            String::new(),
            "What to do: docs/RUNBOOK.md, \"A vendor's outage\".".to_owned(),
        ],
    }
}

fn end(incident: &Incident, at: Timestamp) -> Notice {
    let (vendor, customers, runs) = (incident.vendor, incident.customers.len(), incident.caught_up);
    let minutes = at.duration_since(incident.opened_at).as_mins();
    Notice {
        title: format!("HabitSync: {vendor} is well again"),
        lines: vec![format!(
            "{vendor} answers again since {}, after {minutes} minutes; {customers} customers were affected, {runs} runs were started again.",
            shown(at)
        )],
    }
}

fn names(incident: &Incident) -> String {
    let names: Vec<_> = incident.customers.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// A moment as operators read it.
pub(crate) fn shown(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}
