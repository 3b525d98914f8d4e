//! Asks a portal whether it does what we assume, reading only and in few requests. What comes is looked at as JSON and not
//! by the types of [`crate::wire`]: a difference is to be described, not to fail.

mod asking;
mod enrolments;
mod links;
mod topics;
mod users;

use habitsync_domain::assumption::{Advice, Finding, Verdict, tribal_habits as assume};
use habitsync_domain::tenant::TenantId;
use habitsync_vendor_http::{HttpError, ListNames, Sight, chain};
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::probes::{PortalQuestions, PortalSample, ProbePortal, Probed, Silence};

use crate::client::TribalHabits;
use asking::Asking;

/// How this vendor's lists look.
const LIST: ListNames = ListNames {
    records: "/records",
    total: "/total_records",
    per_page: "/max_per_page",
    page: "/current_page",
    total_pages: "/total_pages",
};

impl ProbePortal for TribalHabits {
    async fn probe_portal(&self, asked: &PortalQuestions<'_>) -> Result<Probed<PortalSample>, VendorFailure> {
        let asking = Asking::new(self, asked);
        let mut found = Found::default();
        if let Some(first) = found.first(&asking).await {
            let answer = users::probe(&asking, &first, &mut found.sample).await;
            found.note("tribal_habits.users", answer);
            if asking.is_needed(&assume::TOPIC_LIST) {
                found.note("tribal_habits.topics", topics::probe(&asking).await);
            }
            if asking.is_needed(&assume::ENROLMENT_FIELDS) {
                found.note("tribal_habits.enrolments", enrolments::probe(&asking).await);
            }
        }
        Ok(found.probed(&asking))
    }
}

/// What has been found out so far.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    silences: Vec<Silence>,
    sample: PortalSample,
}

impl Found {
    /// The first page of users, if the portal lets us in at all; what that takes is told.
    async fn first(&mut self, asking: &Asking<'_>) -> Option<Sight> {
        let first = asking.list(&["users"], 1).await;
        let first = first
            .map_err(|error| self.silent("tribal_habits", chain(&error)))
            .ok()?;
        self.findings.push(asking.clock(&first));
        self.findings.push(asking.limit(&first));
        let door = judge_door(&first, &asking.asked.customer.tenant);
        let is_open = door.iter().all(|finding| finding.verdict == Verdict::Ok);
        self.findings.extend(door);
        if !is_open {
            self.silent("tribal_habits", format!("it answered with status {}", first.status));
        }
        is_open.then_some(first)
    }

    fn note(&mut self, about: &'static str, answer: Result<Vec<Finding>, HttpError>) {
        match answer {
            Ok(findings) => self.findings.extend(findings),
            Err(error) => self.silent(about, chain(&error)),
        }
    }

    fn silent(&mut self, about: &'static str, why: String) {
        self.silences.push(Silence { about, why });
    }

    fn probed(self, asking: &Asking<'_>) -> Probed<PortalSample> {
        let Self {
            findings,
            silences,
            sample,
        } = self;
        Probed {
            findings,
            silences,
            requests: asking.requests(),
            sample,
        }
    }
}

/// What the answer to the very first request says of address and key.
fn judge_door(first: &Sight, tenant: &TenantId) -> Vec<Finding> {
    let there = || assume::ADDRESS.holds("it answers there");
    let elsewhere = |seen: String| {
        let portal = "the portal's address, such as \"https://acme.tribalhabits.com\"";
        vec![assume::ADDRESS.differs(seen, vec![Advice::set("tribal_habits.base_url", portal)])]
    };
    match first.status {
        200..300 if first.json().is_none() => elsewhere("what answers there speaks no JSON".to_owned()),
        200..300 => vec![there(), assume::CREDENTIALS.holds("the key is accepted")],
        401 | 403 => {
            let seen = format!("the key was refused (status {})", first.status);
            let store = Advice::store_credentials(tenant);
            vec![there(), assume::CREDENTIALS.differs(seen, vec![store])]
        }
        status => elsewhere(format!("GET /papi/users is answered with status {status}")),
    }
}
