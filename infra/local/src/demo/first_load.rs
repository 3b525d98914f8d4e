//! The first sync of a new customer: every employee who should have an account gets one, and no other account appears.

use habitsync_simulator_tribal_habits::User;

use super::accounts::Accounts;
use super::expected::Place;
use super::{DemoError, FIRING, Scene, Story, Told, ensure, ensure_none, until};

/// Accounts that were in the portal before and belong to no employee: its administrator and a guest trainer.
const OUTSIDERS: usize = 2;

pub(super) async fn play(story: &mut Story) -> Result<(), DemoError> {
    let employees = story.scene.customer.company.people.len();
    let outsiders = story.scene.customer.tribal_habits.users();
    story.narrator.chapter(
        "First load",
        &format!("EmployeeConnect holds {employees} employees; the portal holds an administrator and a trainer."),
    );
    story.step("waiting for the schedule to fire", first_request).await?;
    story.step("waiting for the last account", everybody).await?;
    story
        .step("looking for accounts that should not be there", nobody_else)
        .await?;
    let is_untouched = async |scene: &Scene| untouched(&outsiders, &scene.customer.tribal_habits.users());
    story
        .step("looking at the accounts that were there before", is_untouched)
        .await
}

async fn first_request(scene: &Scene) -> Told {
    let journal = scene.customer.tribal_habits.journal();
    until("the first sync", FIRING, async || {
        Ok((!journal.is_empty()).then_some(()))
    })
    .await?;
    Ok("the schedule fired, and user-sync began".to_owned())
}

async fn everybody(scene: &Scene) -> Told {
    let customer = &scene.customer;
    let complete = async || Ok(Accounts::now(customer).missing().is_empty().then_some(()));
    until("the last account", FIRING, complete).await?;
    let accounts = Accounts::now(customer);
    ensure_none(&accounts.differences())?;
    let created = accounts.count() - OUTSIDERS;
    Ok(format!(
        "{created} accounts created; nine fields of each are what EmployeeConnect says"
    ))
}

async fn nobody_else(scene: &Scene) -> Told {
    let accounts = Accounts::now(&scene.customer);
    let [left, later, elsewhere] =
        [Place::Left, Place::StartsLater, Place::OutOfScope].map(|place| accounts.in_place(place));
    for employee in [&left[..], &later[..], &elsewhere[..]].concat() {
        ensure(accounts.of(employee).is_none(), || {
            format!("{} has an account", employee.employee_id)
        })?;
    }
    let (left, later, elsewhere) = (left.len(), later.len(), elsewhere.len());
    Ok(format!(
        "no account for {left} who have left, {later} who start later, {elsewhere} whom the filter excludes"
    ))
}

fn untouched(before: &[User], now: &[User]) -> Told {
    ensure(before.len() == OUTSIDERS, || {
        format!("there were {} accounts", before.len())
    })?;
    ensure(before.iter().all(|user| now.contains(user)), || {
        "an account of no employee was changed".to_owned()
    })?;
    Ok("the administrator's and the trainer's accounts are as they were".to_owned())
}
