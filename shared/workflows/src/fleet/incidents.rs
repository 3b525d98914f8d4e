//! Every minute: whether a vendor fails many customers alike at one domain. The operators get one mail when an incident opens
//! and one when it is over. Nothing is started, stopped or put off because of it.
//!
//! The decisions are made in [`habitsync_domain::fleet::incident`]. Each change is stored, by a compare and swap,
//! before its mail is sent, so that only one of two watchdogs acts.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use habitsync_domain::fleet::incident::{Attempt, Incident, OpeningMail, detect};
use habitsync_domain::vendors::domain::VendorDomain;
use habitsync_domain::vendors::vendor::Vendor;
use jiff::Timestamp;

use crate::fleet::view::FleetView;
use crate::jobs::contained::contained;
use crate::notifications::{MailSettings, OperatorMail, alert_operator};
use crate::ports::clock::Now;
use crate::ports::failure::ServiceFailure;
use crate::ports::incidents::KeepIncident;
use crate::ports::mail::SendMail;

/// Number of domains handled at a time: a slow one does not delay the others.
const IN_FLIGHT: usize = 16;

/// Ports of the incident handling.
pub struct TendIncidents<'a, Fleet, Mail, Clock> {
    /// The whole fleet's part of the table.
    pub fleet: &'a Fleet,
    /// Sender of operator mail.
    pub mail: &'a Mail,
    /// The sender and the operators' address.
    pub mail_settings: &'a MailSettings,
    /// Source of the current time.
    pub clock: &'a Clock,
}

/// Changes made to incidents in one pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentReport {
    /// The incidents as they are now, history included.
    pub incidents: Vec<Incident>,
    /// Failures, each tried again in a minute. One domain's failure does not affect the others.
    pub failures: Vec<ServiceFailure>,
}

type Place = (Vendor, VendorDomain);

/// Opens, continues and ends incidents by what the fleet shows.
pub async fn tend_incidents<Fleet, Mail, Clock>(
    tend: &TendIncidents<'_, Fleet, Mail, Clock>,
    view: &FleetView,
) -> IncidentReport
where
    Fleet: KeepIncident,
    Mail: SendMail,
    Clock: Now,
{
    let mut report = IncidentReport::default();
    let places = by_place(view).into_iter();
    let tended = places.map(async |(place, (known, attempts))| {
        let incident = contained(tend.place(&place, known, &attempts)).await;
        (known, incident)
    });
    let mut tended = stream::iter(tended).buffered(IN_FLIGHT);
    while let Some((known, incident)) = tended.next().await {
        match incident {
            Ok(incident) => report.incidents.extend(incident),
            Err(failure) => {
                report.failures.push(failure);
                report.incidents.extend(known.cloned());
            }
        }
    }
    report
}

/// Each vendor's domain with its last incident and the attempts to use it.
fn by_place(view: &FleetView) -> BTreeMap<Place, (Option<&Incident>, Vec<Attempt>)> {
    let mut places: BTreeMap<Place, (Option<&Incident>, Vec<Attempt>)> = BTreeMap::new();
    for incident in &view.incidents {
        let place = (incident.vendor, incident.domain.clone());
        places.entry(place).or_default().0 = Some(incident);
    }
    for attempt in view.attempts() {
        let place = (attempt.vendor, attempt.domain.clone());
        places.entry(place).or_default().1.push(attempt);
    }
    places
}

impl<Fleet, Mail, Clock> TendIncidents<'_, Fleet, Mail, Clock>
where
    Fleet: KeepIncident,
    Mail: SendMail,
    Clock: Now,
{
    /// The incident as it is afterwards, if there is one.
    async fn place(
        &self,
        (vendor, domain): &Place,
        known: Option<&Incident>,
        attempts: &[Attempt],
    ) -> Result<Option<Incident>, ServiceFailure> {
        let now = self.clock.now();
        let next = if let Some(known) = known.filter(|known| !known.is_history()) {
            Some(known.next(attempts, now))
        } else {
            detect(attempts, now).map(|detection| Incident::new(*vendor, domain.clone(), detection, known))
        };
        let Some(next) = next else {
            return Ok(known.cloned());
        };
        match self.stored(known, next).await? {
            Some(incident) => self.send_mail(incident, now).await.map(Some),
            // Another watchdog was faster; the next tick sees what it stored.
            None => Ok(known.cloned()),
        }
    }

    /// Stores the incident under its next revision and returns it; none where another watchdog has changed it since it
    /// was read.
    async fn stored(&self, seen: Option<&Incident>, next: Incident) -> Result<Option<Incident>, ServiceFailure> {
        if seen == Some(&next) {
            return Ok(Some(next));
        }
        let revision = seen.map_or(1, |seen| seen.revision.saturating_add(1));
        let next = Incident { revision, ..next };
        let is_stored = self.fleet.change_incident(seen, &next).await?;
        Ok(is_stored.then_some(next))
    }

    /// Sends the operators the opening mail and, once it has been over for some minutes, the closing mail.
    async fn send_mail(&self, incident: Incident, now: Timestamp) -> Result<Incident, ServiceFailure> {
        let mut sent = incident.clone();
        if incident.is_open() && incident.opening_mail.is_none() {
            let thread = self.write(&opening(&incident), None).await?;
            sent.opening_mail = Some(OpeningMail { thread });
        } else if !incident.is_history() && incident.is_settled(now) {
            if let Some(opening) = &incident.opening_mail {
                self.write(&closing(&incident), opening.thread.as_deref()).await?;
            }
            sent.closing_mail_sent = true;
        }
        Ok(self.stored(Some(&incident), sent).await?.unwrap_or(incident))
    }

    async fn write(&self, notice: &OperatorMail, thread: Option<&str>) -> Result<Option<String>, ServiceFailure> {
        alert_operator(self.mail, self.mail_settings, notice, thread).await
    }
}

fn opening(incident: &Incident) -> OperatorMail {
    let Incident { vendor, domain, .. } = incident;
    let customers = incident.affected.len();
    let kinds: Vec<_> = incident.kinds.iter().map(ToString::to_string).collect();
    OperatorMail {
        title: format!("HabitSync: {vendor} is not well at {domain}, {customers} customers are affected"),
        lines: vec![
            format!(
                "{vendor} {} at {domain} since about {}, for at least half of the customers that tried.",
                kinds.join(", "),
                shown(incident.opened_at)
            ),
            format!("Customers affected so far: {}.", names(incident)),
            String::new(),
            "Runs start as scheduled; each affected customer's own waits grow until a run of it succeeds. While this lasts you"
                .to_owned(),
            "get no mail about single customers for it. One customer's success ends it, and you get one more mail, in answer"
                .to_owned(),
            "to this one.".to_owned(),
            String::new(),
            "What to do: docs/RUNBOOK.md, \"A vendor's outage\".".to_owned(),
        ],
    }
}

fn closing(incident: &Incident) -> OperatorMail {
    let Incident { vendor, domain, .. } = incident;
    let ended_at = incident.ended_at.unwrap_or(incident.opened_at);
    let minutes = ended_at.duration_since(incident.opened_at).as_mins();
    OperatorMail {
        title: format!("HabitSync: {vendor} is well again at {domain}"),
        lines: vec![
            format!(
                "The incident of {vendor} at {domain} ended at {}, after {minutes} min; customers affected: {}.",
                shown(ended_at),
                incident.affected.len()
            ),
            "A customer's run succeeded, or no customer fails by it any more. A customer that goes on failing is mailed by itself."
                .to_owned(),
        ],
    }
}

fn names(incident: &Incident) -> String {
    let names: Vec<_> = incident.affected.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// A moment as operators read it.
pub(crate) fn shown(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}
