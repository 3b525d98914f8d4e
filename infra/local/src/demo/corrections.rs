//! HR corrects the two records and rehires a leaver: the portal follows, and an all-clear says so.

use habitsync_local::customer::today;
use habitsync_simulator_tribal_habits::User;

use super::accounts::Accounts;
use super::day::{Day, called};
use super::expected::Place;
use super::{DemoError, FIRING, Scene, Story, Told, ensure, ensure_none, mails, until};

pub(super) async fn play(story: &mut Story, day: &Day) -> Result<(), DemoError> {
    let leaver = called(&day.leaver);
    story.narrator.chapter(
        "Put right",
        &format!("HR fills in one e-mail and corrects the other; {leaver} is rehired, as the same employee."),
    );
    let before = story.scene.customer.tribal_habits.users();
    enact(&story.scene, day);
    story
        .step("waiting for the rehire", async |scene| reactivated(scene, day).await)
        .await?;
    story
        .step("waiting for the two starters", async |scene| {
            two_more(scene, &before).await
        })
        .await?;
    story.step("comparing both systems", in_step).await?;
    story.step("waiting for the all-clear", all_clear).await
}

fn enact(scene: &Scene, day: &Day) {
    let hr = &scene.customer.employee_connect;
    let address = |local: &str| Some(format!("{local}@{}", scene.customer.company.email_domain));
    hr.change(&day.without_email.employee_id, |employee| {
        employee.work_email = address("tomasz.brennan");
    });
    hr.change(&day.double.employee_id, |employee| {
        employee.work_email = address("sione.wakefield");
    });
    hr.rehire(&day.leaver.employee_id, today());
}

async fn reactivated(scene: &Scene, day: &Day) -> Told {
    let account = || scene.customer.tribal_habits.user(day.leaver.work_email.as_deref()?);
    until("the reactivation", FIRING, async || {
        Ok(account().filter(|account| account.active))
    })
    .await?;
    Ok(format!(
        "{} can log in again, with the same account",
        called(&day.leaver)
    ))
}

async fn two_more(scene: &Scene, before: &[User]) -> Told {
    let complete = async || Ok(Accounts::now(&scene.customer).missing().is_empty().then_some(()));
    until("the last account", FIRING, complete).await?;
    let added = scene.customer.tribal_habits.users().len() - before.len();
    ensure(added == 2, || format!("{added} accounts were added instead of 2"))?;
    Ok("both starters have an account; nobody has two".to_owned())
}

async fn in_step(scene: &Scene) -> Told {
    let accounts = Accounts::now(&scene.customer);
    ensure_none(&accounts.differences())?;
    Ok(format!(
        "all {} accounts of employees are what EmployeeConnect says",
        accounts.in_place(Place::Account).len()
    ))
}

async fn all_clear(scene: &Scene) -> Told {
    let mail = mails::nth(scene, 2).await?;
    let first_line = mail.body_text.lines().next().unwrap_or_default();
    ensure(first_line.to_lowercase().starts_with("all clear"), || {
        format!("the mail begins “{first_line}”")
    })?;
    Ok("a second and last mail: all clear".to_owned())
}
