//! Asks an EmployeeConnect whether it does what we assume, reading only and in few requests. What comes is looked at as JSON
//! and not by the types of [`crate::wire`]: a difference is to be described, not to fail.

mod asking;
mod employees;
mod learning;
mod people;
mod records;

use habitsync_domain::onboarding::assumptions::employee_connect as assume;
use habitsync_vendor_http::{ProbeFindings, RawResponse};
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::probes::{HrisQuestions, HrisSample, ProbeHris, Probed};

use crate::client::EmployeeConnect;
use asking::{Asking, authorise, employees, judge_employees, page_size};

impl ProbeHris for EmployeeConnect {
    async fn probe_hris(&self, asked: &HrisQuestions<'_>) -> Result<Probed<HrisSample>, VendorFailure> {
        let asking = asking::begin(self, asked);
        let mut found = ProbeFindings::default();
        if let Some(first) = first(&asking, &mut found).await {
            let answer = employees::probe(&asking, first, &mut found.sample).await;
            found.note(&asking, &assume::EMPLOYEE_LIST, &["employee_connect.e"], answer);
            if asking.is_needed(&assume::MODULE) {
                let answer = learning::probe(&asking).await;
                found.note(&asking, &assume::MODULE, &LEARNING, answer);
            }
        }
        Ok(found.probed(&asking))
    }
}

/// Probes of courses and results.
const LEARNING: [&str; 3] = [
    "employee_connect.module",
    "employee_connect.courses",
    "employee_connect.results",
];

/// The first page of employees, where EmployeeConnect can be looked at at all.
async fn first(asking: &Asking<'_>, found: &mut ProbeFindings<HrisSample>) -> Option<RawResponse> {
    if !found.opens(asking, authorise(asking).await.as_ref().map(Clone::clone)) {
        return None;
    }
    let first = employees(asking, 1, Some(page_size(asking))).await;
    let is_open = found.opens(asking, first.as_ref().map(|first| judge_employees(asking, first)));
    first.ok().filter(|_| is_open)
}
