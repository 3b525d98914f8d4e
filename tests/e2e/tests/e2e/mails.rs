//! Mails as they leave the emulator: sent once, repeated as reminders, cleared; and stopped where they bounce.

use habitsync_domain::configuration::TenantConfiguration;
use habitsync_domain::identity::{EnrolmentId, TopicId};
use habitsync_domain::notifications::reminder::working_time_from;
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::parked::cause_of_end;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_local::Mail;
use habitsync_local::customer::Example;
use habitsync_local::stored::put_result;
use habitsync_workflows::ports::mail::{AlertState, RememberAlert as _};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use libtest_mimic::Failed;
use serde_json::json;

use crate::World;
use crate::customer::Customer;
use crate::users::{assert_says, at_work};
use crate::wait::until_answered;

/// Returns the current time.
fn now() -> Timestamp {
    habitsync_local::customer::now()
}

/// Returns a zone in which it is about noon, so that a reminder is due unless it is a weekend there.
fn where_it_is_noon() -> String {
    let ahead = 12 - i32::from(now().to_zoned(TimeZone::UTC).hour());
    // POSIX counts the other way round.
    match ahead {
        0 => "Etc/UTC".to_owned(),
        1.. => format!("Etc/GMT-{ahead}"),
        _ => format!("Etc/GMT+{}", -ahead),
    }
}

fn at_noon(mut example: Example) -> Example {
    example.time_zone = where_it_is_noon();
    example
}

impl Customer {
    /// Returns the customer's alert state of its user sync.
    async fn told(&self) -> Result<AlertState, Failed> {
        let table = self.table().await?;
        table
            .load_alert("users")
            .await?
            .ok_or_else(|| "nothing was told".into())
    }

    async fn people_mails(&self) -> Result<Vec<Mail>, Failed> {
        self.mails_about("user sync").await
    }
}

pub(crate) async fn a_refused_field_is_told_once_reminded_of_and_cleared_once_it_is_corrected(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer_like("mail-thread", at_noon).await?;
    let afloat = at_work(&customer).remove(0);
    let ashore = customer.hris().employee(&afloat).and_then(|employee| employee.location);
    customer
        .hris()
        .change(&afloat, |employee| employee.location = Some("Atlantis".to_owned()));
    customer.run("user-sync").await?;
    customer.run("user-sync").await?;
    let mail = customer.only_mail().await?;
    assert_says(
        &mail,
        &[
            &afloat,
            "location (X-Location in Tribal Habits)",
            "Atlantis",
            "tried next",
        ],
    );
    assert_says(
        &mail,
        &[
            "sooner once it is corrected",
            "People are deactivated at the end of their last day",
        ],
    );

    let due = AlertState {
        remind_at: Some(now() - SignedDuration::from_mins(1)),
        ..customer.told().await?
    };
    customer.table().await?.save_alert("users", &due).await?;
    let configuration: TenantConfiguration = customer.example.configuration.parse()?;
    let may_be_reminded = working_time_from(now(), configuration.time_zone.zone()) <= now();
    customer.watch().await?;
    let reminded = until_answered("the reminder to have gone, or to wait for Monday", async || {
        let told = customer.told().await?;
        Ok((told.reminders == 1 || !may_be_reminded).then_some(told))
    })
    .await?;
    let mails = customer.people_mails().await?;
    assert_eq!(mails.len(), 1 + usize::from(may_be_reminded), "{reminded:?}");
    if may_be_reminded {
        assert_says(
            &mails[1],
            &[
                "1 thing still needs your attention",
                "Nothing has changed since",
                "Atlantis",
            ],
        );
        customer.watch().await?;
        assert_eq!(customer.people_mails().await?.len(), 2, "not twice");
    }

    customer
        .hris()
        .change(&afloat, |employee| employee.location.clone_from(&ashore));
    customer.run("user-sync").await?;
    let cleared = customer.newest_mail().await?;
    assert_says(
        &cleared,
        &[
            "All clear: 1 thing was fixed",
            "Nothing about your user sync needs your attention",
        ],
    );
    let told = customer.told().await?;
    assert_eq!(
        (told.problems, told.remind_at, told.worklist.is_empty()),
        (0, None, true)
    );
    Ok(())
}

pub(crate) async fn two_bounces_stop_the_mails_to_an_address_and_the_operators_hear_instead(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("mail-bounces").await?;
    let reader = &customer.example.reader;
    for report in ["one", "two"] {
        // As in SES's developer guide, with the tag that our mails bear.
        let event = json!({
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [{
                    "emailAddress": reader,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown"
                }],
                "timestamp": "2026-08-05T00:41:02.669Z",
                "feedbackId": format!("01000157c44f053b-{report}"),
                "reportingMTA": "dsn; mta.example.com"
            },
            "mail": {
                "timestamp": "2026-08-05T00:40:02.012Z",
                "source": "integrations@habitsync.example",
                "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
                "destination": [reader],
                "tags": { "ses:configuration-set": ["habitsync-local"], "tenant": [customer.example.tenant] }
            }
        });
        customer.stack().report_mail(&event).await?;
    }
    customer.watch().await?;
    let to_operators = async |what: &str| {
        let mails = customer.stack().mails().await?;
        let tenant = customer.example.tenant.as_str();
        let found = mails
            .into_iter()
            .find(|mail| mail.subject.starts_with(tenant) && mail.body_text.contains(what));
        Ok(found)
    };
    let notice = until_answered("the operators to hear of it", async || {
        to_operators("0 of the customer's 1 addresses still work").await
    })
    .await?;
    assert!(!notice.body_text.contains(reader.as_str()), "{}", notice.body_text);

    let person = at_work(&customer).remove(0);
    customer.hris().change(&person, |employee| {
        employee.work_email = Some("nobody@nowhere".to_owned());
    });
    customer.run("user-sync").await?;
    assert_eq!(customer.people_mails().await?.len(), 0);
    let counts = to_operators("Nobody of theirs can be written to")
        .await?
        .ok_or("no counts")?;
    assert!(!counts.body_text.contains(&person), "{}", counts.body_text);
    Ok(())
}

pub(crate) async fn completions_that_nobody_tries_any_more_are_told_by_the_sweep(world: World) -> Result<(), Failed> {
    let customer = world.customer("mail-results").await?;
    customer.sync().await?;
    let topic = customer.ready_topics()[0];
    let title = customer.topic(topic).title;
    let on = TopicId(i64::try_from(topic)?);
    let dead = ResultRecord {
        completion: Completion {
            enrolment: EnrolmentId(990_001),
            topic: on,
            topic_code: None,
            user_name: customer.active_users().remove(0).user_name.parse()?,
            completed_at: now() - SignedDuration::from_hours(31 * 24),
            training_minutes: None,
            source: CompletionSource::Signature,
        },
        state: ResultState::Dead {
            tried: None,
            cause: cause_of_end(&ParkedOn::Topic(on)).to_owned(),
        },
        attempts: 0,
    };
    put_result(&customer.table().await?, &dead).await?;
    customer.run("result-sweep").await?;
    customer.run("result-sweep").await?;
    let mails = customer.mails_about("training results").await?;
    let [mail] = mails.as_slice() else {
        return Err(format!("{} mails", mails.len()).into());
    };
    assert_says(mail, &["Completions of topics that had no course (1)", &title]);
    Ok(())
}
