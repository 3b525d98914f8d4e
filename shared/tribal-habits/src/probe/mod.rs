//! Asks a portal whether it does what we assume, reading only and in few requests. What comes is looked at as JSON and not
//! by the types of [`crate::wire`]: a difference is to be described, not to fail.

mod asking;
mod enrolments;
mod links;
mod topics;
mod users;

use habitsync_domain::onboarding::assumptions::tribal_habits as assume;
use habitsync_vendor_http::ProbeFindings;
use habitsync_workflows::ports::failure::VendorFailure;
use habitsync_workflows::ports::probes::{PortalQuestions, PortalSample, ProbePortal, Probed};

use crate::client::TribalHabits;
use asking::{LIST, list};

impl ProbePortal for TribalHabits {
    async fn probe_portal(&self, asked: &PortalQuestions<'_>) -> Result<Probed<PortalSample>, VendorFailure> {
        let asking = asking::begin(self, asked);
        let mut found = ProbeFindings::default();
        let first = list(&asking, &["users"], 1).await;
        if found.opens(&asking, first.as_ref().map(|first| asking.judge_first(first)))
            && let Ok(first) = first
        {
            let answer = users::probe(&asking, &first, &mut found.sample).await;
            found.note(&asking, &assume::USER_LIST, &["tribal_habits.users"], answer);
            if asking.is_needed(&assume::TOPIC_LIST) {
                let answer = topics::probe(&asking).await;
                found.note(&asking, &assume::TOPIC_LIST, &["tribal_habits.topics"], answer);
            }
            if asking.is_needed(&assume::ENROLMENT_FIELDS) {
                let answer = enrolments::probe(&asking).await;
                found.note(
                    &asking,
                    &assume::ENROLMENT_FIELDS,
                    &["tribal_habits.enrolments"],
                    answer,
                );
            }
        }
        Ok(found.probed(&asking))
    }
}
