//! Whether both vendors of a customer do what we assume, as far as this customer relies on it. Nothing is written.
//!
//! EmployeeConnect is asked first: some of its people are then looked for in the portal.

mod people;

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::CourseId;
use habitsync_domain::onboarding::assumptions::{
    self, Advice, Assumption, AssumptionFinding, AssumptionVerdict, ShownBy,
};
use habitsync_domain::tenant::TenantId;
use habitsync_domain::vendors::vendor::Vendor;
use jiff::Timestamp;
use serde::Serialize;

use crate::ports::clock::Now;
use crate::ports::courses::LoadTopics;
use crate::ports::failure::{ServiceFailure, VendorFailure, VendorFailureKind};
use crate::ports::probes::{
    HrisQuestions, HrisSample, PortalQuestions, PortalSample, ProbeHris, ProbePortal, Probed, Silence,
};
use people::People;

/// One customer's examination.
pub struct ExamineCustomer<'a, Table, Hris, Portal, Clock> {
    /// The customer's table: a course that was made already is looked at.
    pub table: &'a Table,
    /// EmployeeConnect.
    pub hris: &'a Hris,
    /// Tribal Habits.
    pub portal: &'a Portal,
    /// Time.
    pub clock: &'a Clock,
    /// The configuration, in force or not.
    pub configuration: &'a TenantConfiguration,
}

/// The findings about a customer's vendors.
#[derive(Debug, Serialize)]
pub struct Examination {
    /// When it began.
    pub examined_at: Timestamp,
    /// Requests sent to both vendors.
    pub requests: u32,
    /// One for every assumption that the customer relies on: differences first, then assumptions that cannot be checked.
    pub findings: Vec<AssumptionFinding>,
    /// What the customer does not rely on.
    pub not_relied_on: Vec<NotReliedOn>,
}

/// An assumption that makes no difference to this customer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NotReliedOn {
    /// Its id.
    pub id: &'static str,
    /// Whose API it is about.
    pub vendor: Vendor,
    /// What it says.
    pub says: &'static str,
    /// Why it makes none.
    pub why: &'static str,
}

impl Examination {
    /// How many findings have this verdict.
    #[must_use]
    pub fn count(&self, verdict: AssumptionVerdict) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.verdict == verdict)
            .count()
    }
}

/// Examines once. Credentials that are refused, and a vendor that does not answer, are findings.
///
/// # Errors
/// The table failed.
pub async fn examine_customer<Table, Hris, Portal, Clock>(
    examine: &ExamineCustomer<'_, Table, Hris, Portal, Clock>,
) -> Result<Examination, ServiceFailure>
where
    Table: LoadTopics,
    Hris: ProbeHris,
    Portal: ProbePortal,
    Clock: Now,
{
    let customer = examine.configuration;
    let began = examine.clock.now();
    let course = known_course(examine.table).await?;
    let asked = HrisQuestions {
        customer,
        now: began,
        course: course.as_ref(),
    };
    let mut told = Told::default();
    let hris: HrisSample = told.add(examine.hris.probe_hris(&asked).await, &customer.tenant);
    let people = People::new(customer, &hris.employees, began);
    let asked = PortalQuestions {
        customer,
        now: examine.clock.now(),
        user_names: &people.some_names(),
    };
    let portal: PortalSample = told.add(examine.portal.probe_portal(&asked).await, &customer.tenant);
    told.findings
        .extend(people.judge(customer, &portal, asked.user_names.len()));
    Ok(told.examination(customer, began))
}

/// A course that was made already.
async fn known_course(table: &impl LoadTopics) -> Result<Option<CourseId>, ServiceFailure> {
    let topics = table.load_topics().await?;
    let linked = topics.into_iter().filter_map(|topic| topic.course);
    Ok(linked.filter(|course| !course.broken).map(|course| course.id).next())
}

/// What both vendors were found to do.
#[derive(Default)]
struct Told {
    findings: Vec<AssumptionFinding>,
    silences: Vec<Silence>,
    requests: u32,
}

impl Told {
    /// Adds the findings about one vendor, and returns its sample.
    fn add<S: Default>(&mut self, answer: Result<Probed<S>, VendorFailure>, tenant: &TenantId) -> S {
        match answer {
            Ok(probed) => {
                self.findings.extend(probed.findings);
                self.silences.extend(probed.silences);
                self.requests += probed.requests;
                probed.sample
            }
            Err(failure) => {
                self.findings.push(unopened(&failure, tenant));
                self.silences.push(Silence {
                    about: whole(failure.vendor),
                    why: failure.detail,
                });
                S::default()
            }
        }
    }

    fn examination(self, customer: &TenantConfiguration, examined_at: Timestamp) -> Examination {
        let (mut findings, mut not_relied_on) = (Vec::new(), Vec::new());
        for assumption in assumptions::all() {
            match assumption.need.unmet(customer) {
                None => findings.push(self.finding(assumption)),
                Some(why) => not_relied_on.push(NotReliedOn {
                    id: assumption.id,
                    vendor: assumption.vendor,
                    says: assumption.says,
                    why,
                }),
            }
        }
        findings.sort_by_key(|finding| finding.verdict);
        Examination {
            examined_at,
            requests: self.requests,
            findings,
            not_relied_on,
        }
    }

    /// Returns the finding about an assumption; where there is none, the reason.
    fn finding(&self, assumption: &'static Assumption) -> AssumptionFinding {
        let found = self
            .findings
            .iter()
            .find(|finding| finding.assumption.id == assumption.id);
        if let Some(found) = found {
            return found.clone();
        }
        match assumption.shown_by {
            ShownBy::Writing => assumption.untold("only a write shows it", vec![Advice::Rehearse]),
            ShownBy::Webhook => assumption.untold("only a webhook shows it", vec![Advice::Rehearse]),
            ShownBy::Overload => assumption.untold("only a 429 shows it", Vec::new()),
            ShownBy::Reading => {
                let silence = self.silences.iter().find(|silence| silence.is_about(assumption));
                let why = silence.map_or("there was nothing to see", |silence| silence.why.as_str());
                assumption.untold(why, Vec::new())
            }
        }
    }
}

fn whole(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::TribalHabits => "tribal_habits.",
        Vendor::EmployeeConnect => "employee_connect.",
    }
}

/// What a vendor that could not be called at all says of the configuration.
fn unopened(failure: &VendorFailure, tenant: &TenantId) -> AssumptionFinding {
    use assumptions::{employee_connect, tribal_habits};
    let (address, credentials, key) = match failure.vendor {
        Vendor::TribalHabits => (
            &tribal_habits::ADDRESS,
            &tribal_habits::CREDENTIALS,
            "tribal_habits.base_url",
        ),
        Vendor::EmployeeConnect => (
            &employee_connect::ADDRESS,
            &employee_connect::CREDENTIALS,
            "employee_connect.base_url",
        ),
    };
    let seen = failure.detail.as_str();
    match failure.kind {
        VendorFailureKind::Credentials => credentials.differs(seen, vec![Advice::store_credentials(tenant)]),
        VendorFailureKind::Refused(_) | VendorFailureKind::Misconfigured => {
            let value = "an https address on an allowed host";
            address.differs(seen, vec![Advice::set(key, value)])
        }
        _ => address.differs(seen, vec![Advice::ask("run doctor again in a few minutes")]),
    }
}
