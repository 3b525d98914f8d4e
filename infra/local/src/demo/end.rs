//! Prints the demo's totals.

use super::accounts::Accounts;
use super::completion::until_pushed;
use super::narrator::say;
use super::{DemoError, Scene, Story, Told, ensure};

pub(super) async fn play(story: &mut Story) -> Result<(), DemoError> {
    story
        .narrator
        .chapter("Totals", "What the two vendors hold now, and what it took.");
    story.step("looking at the queues", nothing_left).await?;
    let Scene { stack, customer } = &story.scene;
    let accounts = Accounts::now(customer);
    let (portal, hr) = (&customer.tribal_habits, &customer.employee_connect);
    for (what, count) in [
        ("employees in EmployeeConnect", accounts.employees.len()),
        ("accounts in Tribal Habits", accounts.count()),
        ("courses in EmployeeConnect", hr.courses().len()),
        ("results in EmployeeConnect", hr.results().len()),
        ("mails to the customer", stack.mails().await?.len()),
        ("requests to Tribal Habits", portal.journal().len()),
        ("requests to EmployeeConnect", hr.journal().len()),
    ] {
        say(&format!("{what:<32}{count:>6}"));
    }
    story.narrator.end();
    Ok(())
}

async fn nothing_left(scene: &Scene) -> Told {
    until_pushed(scene).await?;
    let dead = scene.stack.dead_letters().await?;
    ensure(dead == 0, || format!("{dead} messages crashed the pusher"))?;
    Ok("nothing is left on the result queue, nothing on the dead-letter queue".to_owned())
}
