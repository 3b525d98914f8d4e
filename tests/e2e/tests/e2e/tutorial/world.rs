//! The world outside the terminal: one customer's HR system and portal, and what happens there between two commands.

use std::time::Duration;

use habitsync_fixtures::{Blueprint, Company};
use habitsync_local::customer::today;
use habitsync_local::wait::until;
use habitsync_simulator_employee_connect::{Credentials, Employee, EmployeeConnectSimulator, TenantSettings};
use habitsync_simulator_harness::{Armed, Fault, Method, Rule};
use habitsync_simulator_tribal_habits::{PortalSettings, TribalHabitsSimulator, WebhookTarget};
use jiff::SignedDuration;
use libtest_mimic::Failed;
use serde_json::json;

use super::shell::Shell;
use crate::World;

/// The customer's key, and their company: people in Fiji, doubtful addresses, leavers and a starter.
pub(super) const TENANT: &str = "banksia";
const SEED: u64 = 12;
const PEOPLE: usize = 32;
const TOPICS: usize = 8;

/// What the vendors gave the customer, as the page has it.
const API_KEY: &str = "th_live_6f1c27d0a94e";
const TENANT_CODE: &str = "BANKSIA";
const CLIENT: (&str, &str) = ("habitsync-banksia", "Xq7-made-up-4Rz");

/// The file that the webhook's secret is in.
const SECRET_FILE: &str = "banksia-webhook.txt";

/// An employee who had an account before, and completed topics under it.
const GEORGIE: &str = "georgia.nakagawa@banksia-freight.example";
const ANIKA: &str = "anika.naidu@banksia-freight.example";

/// For a webhook to be taken, on a busy machine.
const A_MINUTE_OR_TWO: Duration = Duration::from_mins(3);

/// Topics by what they teach.
const FIRE_SAFETY: u64 = 529;
const MANUAL_HANDLING: u64 = 532;
const RESPECT: u64 = 543;
const FATIGUE: u64 = 551;
const CYBER_SECURITY: u64 = 547;

/// The night shift: they manage no one.
const NIGHT_SHIFT: [&str; 6] = ["E1015", "E1016", "E1017", "E1025", "E1030", "E1032"];
/// Employees hidden by a change of rights in EmployeeConnect.
const HIDDEN: [&str; 3] = ["E1021", "E1022", "E1024"];

/// One customer's vendors. Dropping it stops them.
pub(super) struct Outside {
    pub(super) portal: TribalHabitsSimulator,
    pub(super) hris: EmployeeConnectSimulator,
    webhook: String,
    hidden: Vec<Employee>,
    refusals: Option<Armed>,
}

impl Outside {
    /// The customer as they are at the kick-off call.
    pub(super) async fn before_the_kick_off(world: &World) -> Result<Self, Failed> {
        let company = Blueprint::seeded(SEED)
            .people(PEOPLE)
            .topics(TOPICS)
            .today(today())
            .build();
        let portal = portal(&company).await?;
        let hris = EmployeeConnectSimulator::start(TenantSettings {
            credentials: Credentials {
                tenant_code: TENANT_CODE.to_owned(),
                client_id: CLIENT.0.to_owned(),
                client_secret: CLIENT.1.to_owned(),
                ..Credentials::default()
            },
            ..TenantSettings::default()
        })
        .await?;
        hris.seed_from(&company);
        Ok(Self {
            portal,
            hris,
            webhook: world.stack.webhook_address(TENANT)?,
            hidden: Vec::new(),
            refusals: None,
        })
    }

    /// Lets something happen, by the name that the page has for it.
    pub(super) async fn happens(&mut self, event: &str, shell: &Shell) -> Result<(), Failed> {
        match event {
            "the portal signs its webhooks with the secret" => self.sign(shell, SECRET_FILE)?,
            "the portal signs its webhooks with the new secret" => self.sign(shell, "banksia-webhook-2.txt")?,
            "Anika Naidu completes fire safety" => self.completes(ANIKA, FIRE_SAFETY).await?,
            "Georgie Nakagawa completes fatigue management" => self.completes(GEORGIE, FATIGUE).await?,
            "Georgie Nakagawa completes respect at work" => self.completes(GEORGIE, RESPECT).await?,
            "Georgie Nakagawa completes cyber security" => self.completes(GEORGIE, CYBER_SECURITY).await?,
            "the night shift is closed, and Zara Deng is promoted" => self.close_the_night_shift()?,
            "EmployeeConnect hides three records" => {
                self.hidden = HIDDEN.iter().filter_map(|id| self.hris.remove(id)).collect();
            }
            "EmployeeConnect shows the three records again" => {
                self.hidden
                    .drain(..)
                    .for_each(|employee| self.hris.put_employee(employee));
            }
            "EmployeeConnect refuses results" => self.refuse_results(),
            "EmployeeConnect takes results again" => drop(self.refusals.take().map(|armed| armed.disarm())),
            unknown => return Err(format!("nothing like this happens in the tutorial: {unknown}").into()),
        }
        Ok(())
    }

    /// The administrator enters the file's content in the portal.
    fn sign(&self, shell: &Shell, file: &str) -> Result<(), Failed> {
        let secret = std::fs::read_to_string(shell.folder().join(file))?;
        self.portal
            .set_webhook_target(WebhookTarget::signed(&self.webhook, secret.trim()));
        Ok(())
    }

    async fn completes(&self, user_name: &str, topic: u64) -> Result<(), Failed> {
        let enrolment = self.portal.complete(user_name, topic, self.portal.clock().now())?;
        // Repeats like the portal, which resends an unaccepted webhook: a new secret may be a minute old before it is
        // looked for.
        until(
            "the webhook to be taken",
            A_MINUTE_OR_TWO,
            async || -> Result<Option<()>, Failed> {
                Ok((self.portal.announce(&enrolment).await? == 202).then_some(()))
            },
        )
        .await
    }

    fn close_the_night_shift(&self) -> Result<(), Failed> {
        for id in NIGHT_SHIFT {
            self.hris.terminate(id, today().yesterday()?);
        }
        self.hris.change("E1004", |zara| {
            zara.job_title = Some("Director of People and Culture".to_owned());
        });
        Ok(())
    }

    fn refuse_results(&mut self) {
        let body = json!({ "error": { "code": "validation_failed", "message": "some fields are not valid",
                                      "fields": { "completedOn": "is not a date" } } });
        let refused = Rule::new(Fault::Answer { status: 422, body })
            .on(&Method::POST, "/courses/{courseId}/results")
            .times(u32::MAX);
        self.refusals = Some(self.hris.arm(refused));
    }
}

/// Returns the portal, with two employees' earlier accounts, one of which matching cannot recognise, and the
/// completions under the other.
async fn portal(company: &Company) -> Result<TribalHabitsSimulator, Failed> {
    let portal = TribalHabitsSimulator::start(PortalSettings::default().api_key(API_KEY)).await?;
    portal.seed_from(company);
    for account in [
        json!({ "user_name": GEORGIE, "email": GEORGIE, "first_name": "Georgia", "last_name": "Nakagawa" }),
        json!({ "user_name": "lvakalahi", "email": "lachie@bigpond.example", "first_name": "Lachie",
                "last_name": "Vakalahi" }),
    ] {
        let is_there = account.as_object().is_some_and(|account| portal.add_user(account));
        if !is_there {
            return Err("the portal refuses an account".into());
        }
    }
    for (topic, days) in [(FIRE_SAFETY, 70), (MANUAL_HANDLING, 40)] {
        let then = portal.clock().now() - SignedDuration::from_hours(24 * days);
        portal.complete(GEORGIE, topic, then)?;
    }
    Ok(portal)
}
