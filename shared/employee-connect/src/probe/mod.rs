//! Asks an EmployeeConnect whether it does what we assume, reading only and in few requests. What comes is looked at as JSON
//! and not by the types of [`crate::wire`]: a difference is to be described, not to fail.

mod asking;
mod employees;
mod learning;
mod people;
mod records;

use habitsync_domain::assumption::{Advice, Finding, Verdict, employee_connect as assume};
use habitsync_domain::configuration::{EmployeeConnectAuth, TenantConfiguration};
use habitsync_vendor_http::{HttpError, Sight, chain};
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::probes::{HrisQuestions, HrisSample, ProbeHris, Probed, Silence};

use crate::client::EmployeeConnect;
use asking::Asking;

impl ProbeHris for EmployeeConnect {
    async fn probe_hris(&self, asked: &HrisQuestions<'_>) -> Result<Probed<HrisSample>, VendorFailure> {
        let asking = Asking::new(self, asked);
        let mut found = Found::default();
        if let Some(first) = found.first(&asking).await {
            let answer = employees::probe(&asking, first, &mut found.sample).await;
            found.note(&["employee_connect.e"], answer);
            if asking.is_needed(&assume::MODULE) {
                found.note(&LEARNING, learning::probe(&asking).await);
            }
        }
        Ok(found.probed(&asking))
    }
}

/// What is asked about courses and results.
const LEARNING: [&str; 3] = [
    "employee_connect.module",
    "employee_connect.courses",
    "employee_connect.results",
];

/// What has been found out so far.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    silences: Vec<Silence>,
    sample: HrisSample,
}

impl Found {
    /// The first page of employees, if EmployeeConnect lets us in at all; what that takes is told.
    async fn first(&mut self, asking: &Asking<'_>) -> Option<Sight> {
        if !self.is_authorised(asking).await {
            return None;
        }
        let first = asking.employees(1, Some(asking.page_size())).await;
        let first = first
            .map_err(|error| self.silent("employee_connect", chain(&error)))
            .ok()?;
        self.findings.push(asking.clock(&first));
        self.findings.push(asking.limit(&first));
        let door = judge_door(&first, asking.asked.customer);
        let is_open = door.iter().all(|finding| finding.verdict == Verdict::Ok);
        self.findings.extend(door);
        if !is_open {
            self.silent("employee_connect", format!("it answered with status {}", first.status));
        }
        is_open.then_some(first)
    }

    /// Whether there is a token, where one is needed.
    async fn is_authorised(&mut self, asking: &Asking<'_>) -> bool {
        match asking.authorise().await {
            Ok(judged) => {
                let is_authorised = judged.iter().all(|finding| finding.verdict == Verdict::Ok);
                self.findings.extend(judged);
                if !is_authorised {
                    self.silent("employee_connect", "there is no token".to_owned());
                }
                is_authorised
            }
            Err(error) => {
                self.silent("employee_connect", chain(&error));
                false
            }
        }
    }

    fn note(&mut self, about: &[&'static str], answer: Result<Vec<Finding>, HttpError>) {
        match answer {
            Ok(findings) => self.findings.extend(findings),
            Err(error) => about.iter().for_each(|about| self.silent(about, chain(&error))),
        }
    }

    fn silent(&mut self, about: &'static str, why: String) {
        self.silences.push(Silence { about, why });
    }

    fn probed(self, asking: &Asking<'_>) -> Probed<HrisSample> {
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

/// What the first answer about employees says of address and credentials.
fn judge_door(first: &Sight, customer: &TenantConfiguration) -> Vec<Finding> {
    let there = || assume::ADDRESS.holds("it answers there");
    let elsewhere = |seen: String| {
        let api = "the API's address, version included";
        vec![assume::ADDRESS.differs(seen, vec![Advice::set("employee_connect.base_url", api)])]
    };
    let with_key = customer.employee_connect.auth == EmployeeConnectAuth::StaticKey;
    match first.status {
        200..300 if first.json().is_none() => elsewhere("what answers there speaks no JSON".to_owned()),
        200..300 => {
            let key = with_key.then(|| assume::STATIC_KEY.holds("the key is accepted"));
            let open = vec![there(), assume::CREDENTIALS.holds("employees may be read")];
            open.into_iter().chain(key).collect()
        }
        401 | 403 => {
            let seen = format!("employees may not be read (status {})", first.status);
            let store = Advice::store_credentials(&customer.tenant);
            let other = if with_key {
                Advice::set("employee_connect.auth", "\"client_credentials\"")
            } else {
                Advice::set("employee_connect.auth", "\"static_key\"")
            };
            vec![there(), assume::CREDENTIALS.differs(seen, vec![store, other])]
        }
        400 | 422 => vec![there()],
        status => elsewhere(format!("GET /employees is answered with status {status}")),
    }
}
