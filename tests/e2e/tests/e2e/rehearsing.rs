//! `habitsync rehearse`, as in a set-up call: all five scenarios on people of a customer who is otherwise left alone, and the
//! sign-off that is left behind.

use std::path::{Path, PathBuf};

use habitsync_local::customer::today;
use habitsync_simulator_employee_connect::Employee;
use habitsync_simulator_harness::Method;
use libtest_mimic::Failed;
use serde_json::Value;

use crate::World;
use crate::customer::{Customer, Said};
use crate::users::at_work;

/// As wide as terminals are.
const WIDTH: usize = 100;

pub(crate) async fn a_set_up_call_is_rehearsed_on_five_people_and_signed_off(world: World) -> Result<(), Failed> {
    let customer = world.customer("rehearsed").await?;
    customer.run("user-sync").await?;
    let folder = std::env::temp_dir().join(format!("habitsync-rehearsed-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let outcome = rehearsed(&customer, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn rehearsed(customer: &Customer, folder: &Path) -> Result<(), Failed> {
    let people = at_work(customer);
    let [updated, terminated, untouched, ..] = people.as_slice() else {
        return Err("too few people".into());
    };
    it_happens_to(customer, updated, terminated)?;
    let before = writes(customer);
    let four = [
        "--new",
        "E9001",
        "--updated",
        updated,
        "--terminated",
        terminated,
        "--filtered-out",
        "E9002",
    ];
    let shown = rehearse(customer, folder, &four).await?;
    assert!(
        shown.code == 1 && shown.out.contains("nothing was changed; add --yes to do it"),
        "{shown:?}"
    );
    assert_eq!(writes(customer), before, "nobody has agreed");

    let done = rehearse(customer, folder, &[&four[..], &["--yes"]].concat()).await?;
    assert!(
        done.code == 0 && done.out.contains("4 of 4 scenarios as expected"),
        "{done:?}"
    );
    let is_too_wide = |line: &&str| line.chars().count() > WIDTH && !line.contains("sign-off");
    assert_eq!(done.out.lines().find(is_too_wide), None);
    assert_eq!(writes(customer), before + 3, "a create, a change and a deactivation");

    customer.hris().rehire(terminated, today());
    let back = rehearse(
        customer,
        folder,
        &["--rehired", terminated, "--yes", "--output", "json"],
    )
    .await?;
    let back: Value = serde_json::from_str(&back.out)?;
    assert_eq!(
        (&back["passed"], &back["scenarios"][0]["read_back"]["found"]),
        (&true.into(), &true.into()),
        "{back}"
    );

    let wrong = rehearse(customer, folder, &["--new", untouched, "--yes"]).await?;
    assert!(
        wrong.code == 1 && wrong.out.contains("0 of 1 scenario as expected"),
        "{wrong:?}"
    );
    assert_eq!(writes(customer), before + 4, "what is not as expected is not done");
    is_signed_off(folder, updated)
}

/// Makes the changes in EmployeeConnect: a new employee, one with another title, one who left yesterday, and one that
/// the filter excludes.
fn it_happens_to(customer: &Customer, updated: &str, terminated: &str) -> Result<(), Failed> {
    let hris = customer.hris();
    let starter = |id: &str, location: &str| Employee {
        location: Some(location.to_owned()),
        ..Employee::new(
            id,
            "Anjali",
            "O'Rourke",
            &format!("{}@starters.example", id.to_lowercase()),
        )
    };
    hris.hire(starter("E9001", "Sydney"), today(), today());
    hris.hire(starter("E9002", "Fiji"), today(), today());
    hris.change(updated, |employee| {
        employee.job_title = Some("Chief of Everything".to_owned());
    });
    hris.terminate(terminated, today().yesterday()?);
    Ok(())
}

async fn rehearse(customer: &Customer, folder: &Path, more: &[&str]) -> Result<Said, Failed> {
    let folder = folder.to_str().ok_or("a path")?;
    let words = [
        "rehearse",
        "rehearsed",
        "--as",
        "ana",
        "--with",
        "Robin",
        "--into",
        folder,
    ];
    customer.habitsync(&[&words, more].concat()).await
}

/// The sign-off of the four: who, what, the evidence field by field, and room to sign.
fn is_signed_off(folder: &Path, updated: &str) -> Result<(), Failed> {
    let files: Result<Vec<PathBuf>, _> = std::fs::read_dir(folder)?
        .map(|file| file.map(|file| file.path()))
        .collect();
    let texts: Result<Vec<_>, _> = files?.iter().map(std::fs::read_to_string).collect();
    let texts = texts?;
    let signed = texts.iter().find(|text| text.contains("4 of 4 scenarios as expected."));
    let signed = signed.ok_or_else(|| format!("no sign-off among {} files", texts.len()))?;
    for part in [
        "| by | ana |",
        "| with | Robin |",
        "Not rehearsed: rehired.",
        &format!("### updated: {updated} "),
        "| Chief of Everything | Chief of Everything | ✓ |",
        "is true: employee.location is Fiji",
        "## Signed",
    ] {
        assert!(signed.contains(part), "{part} is not in\n{signed}");
    }
    Ok(())
}

fn writes(customer: &Customer) -> usize {
    let journal = customer.portal().journal();
    journal.count(&Method::POST, "/users") + journal.count(&Method::PUT, "/users/{user_name}")
}
