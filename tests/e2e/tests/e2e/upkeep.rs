//! Maintenance of a customer over the years: secrets are rotated, jobs pause, versions come and go. The real command,
//! what it exits with, and what it refuses.

use std::path::{Path, PathBuf};

use habitsync_simulator_tribal_habits::WebhookTarget;
use libtest_mimic::Failed;

use crate::World;
use crate::customer::{Customer, Said};
use crate::results::EVENING_UTC;

pub(crate) async fn both_webhook_secrets_are_good_until_the_older_one_is_retired(world: World) -> Result<(), Failed> {
    let customer = world.customer("rotated").await?;
    // A completion needs a user with an account.
    customer.run("user-sync").await?;
    let (old, file) = (customer.example.webhook.clone(), scratch("rotated"));
    let rotate = ["tenant", "secrets", "rotate", "rotated", "--to", path(&file)?];
    let rotated = customer.habitsync(&rotate).await?;
    let new = WebhookTarget::signed(&old.url, std::fs::read_to_string(&file)?.trim());
    let overwritten = customer.habitsync(&rotate).await?;
    std::fs::remove_file(&file)?;
    let third = customer.habitsync(&rotate).await?;
    assert!(
        rotated.code == 0 && rotated.out.contains("two webhook secrets are live"),
        "{rotated:?}"
    );
    assert!(
        !rotated.out.contains("whsec_"),
        "a secret is never printed: {rotated:?}"
    );
    assert_eq!((overwritten.code, third.code, file.exists()), (1, 1, false));
    assert!(third.err.contains("end the older one first"), "{third:?}");
    for (which, target) in [("the old", &old), ("the new", &new)] {
        assert_eq!(delivered(&customer, target).await?, 202, "{which} secret is good");
    }
    let retire = ["tenant", "secrets", "rotate", "rotated", "--retire"];
    let retired = customer.habitsync(&retire).await?;
    assert!(retired.code == 0 && retired.out.contains("retired"), "{retired:?}");
    assert_eq!(delivered(&customer, &new).await?, 202, "what stays is the new one");
    let again = customer.habitsync(&retire).await?;
    assert!(again.code == 1 && again.err.contains("one secret is live"), "{again:?}");
    Ok(())
}

pub(crate) async fn a_pause_is_a_version_that_is_taken_back_and_what_makes_no_sense_is_refused(
    world: World,
) -> Result<(), Failed> {
    let customer = world.customer("resting").await?;
    let said = async |words: &[&str]| customer.habitsync(words).await;
    let unasked = said(&["tenant", "pause", "resting"]).await?;
    assert!(unasked.code == 0 && unasked.out.contains("add --yes"), "{unasked:?}");
    is_refused(&said(&["tenant", "resume", "resting", "--yes"]).await?, 1, "not paused");
    assert_eq!(said(&["tenant", "pause", "resting", "--yes"]).await?.code, 0);
    is_refused(&said(&["tenant", "pause", "resting", "--yes"]).await?, 1, "is paused");
    let paused = said(&["tenant", "show", "resting"]).await?;
    assert!(paused.out.contains("status = \"paused\""), "{paused:?}");
    assert_eq!(said(&["tenant", "resume", "resting", "--yes"]).await?.code, 0);
    let history = said(&["tenant", "history", "resting", "--output", "json"])
        .await?
        .json()?;
    assert_eq!(history["versions"].as_array().map(Vec::len), Some(3), "{history}");
    is_refused(
        &said(&["tenant", "rollback", "resting", "9", "--yes"]).await?,
        1,
        "has no version 9",
    );
    let back = said(&["tenant", "rollback", "resting", "2", "--yes"]).await?;
    assert!(back.code == 0 && back.out.contains("version 4 is in force"), "{back:?}");
    let shown = said(&["tenant", "show", "resting"]).await?;
    assert!(shown.out.contains("status = \"paused\""), "{shown:?}");
    Ok(())
}

pub(crate) async fn what_is_unknown_exits_with_1_and_what_is_typed_wrongly_with_2(world: World) -> Result<(), Failed> {
    let customer = world.customer("asked").await?;
    for (words, code, what) in [
        (&["runs", "nobody"][..], 1, "no customer nobody"),
        (&["courses", "nobody"], 1, "no customer nobody"),
        (&["link", "show", "nobody", "E1001"], 1, "no customer nobody"),
        (&["link", "show", "asked", "jo@nowhere.example"], 1, "no link"),
        (&["holds", "list", "nobody"], 1, "no customer nobody"),
        (&["tenant", "apply", "no-such-file.toml"], 1, "no-such-file.toml"),
        (&["run", "nobody", "users"], 1, "no customer nobody"),
        (&["run", "asked", "everything"], 2, "possible values"),
        (&["tenant", "rollback", "asked"], 2, "VERSION"),
        (&["tenant", "apply"], 2, "required"),
        (&["runs", "A customer"], 2, "invalid value"),
        (&["holds", "approve", "asked", "everybody"], 2, "invalid value"),
    ] {
        is_refused(&customer.habitsync(words).await?, code, what);
    }
    let nothing = customer.habitsync(&["runs", "asked"]).await?;
    assert!(
        nothing.code == 0 && nothing.err.is_empty(),
        "it has not run yet: {nothing:?}"
    );
    Ok(())
}

fn is_refused(said: &Said, code: i32, what: &str) {
    assert!(said.code == code && said.out.is_empty(), "{said:?}");
    assert!(said.err.contains(what), "{what} is not in {said:?}");
}

/// Returns the answer to a completion that is signed with this target's secret.
async fn delivered(customer: &Customer, target: &WebhookTarget) -> Result<u16, Failed> {
    let portal = customer.portal();
    let (enrolment, _) = customer.complete(customer.ready_topics()[0], EVENING_UTC)?;
    Ok(portal.deliver(target, &portal.message(&enrolment)).await?)
}

/// A file that is not there yet.
fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("habitsync-{name}-{}.txt", std::process::id()))
}

fn path(file: &Path) -> Result<&str, Failed> {
    file.to_str().ok_or_else(|| "a path".into())
}
