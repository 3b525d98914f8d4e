//! Course sync: a learner can launch every ready topic from EmployeeConnect.

use std::collections::BTreeSet;

use libtest_mimic::Failed;

use crate::World;

pub(crate) async fn ready_topics_become_courses_and_near_misses_do_not(world: World) -> Result<(), Failed> {
    let customer = world.customer("courses").await?;
    let answer = customer.run("course-sync").await?;
    let expected: BTreeSet<_> = customer
        .ready_topics()
        .into_iter()
        .map(|topic| customer.topic(topic).code)
        .collect();
    let courses: BTreeSet<_> = customer
        .example
        .employee_connect
        .courses()
        .into_iter()
        .map(|course| course.external_id)
        .collect();
    assert_eq!(courses, expected, "{answer}");
    let course = customer.course_of(customer.ready_topics()[0]).ok_or("no course")?;
    let topic = customer.topic(customer.ready_topics()[0]);
    assert!(
        topic.auto_enrol_links.iter().any(|link| link.url == course.launch_url),
        "{course:?}"
    );
    let again = customer.run("course-sync").await?;
    assert_eq!(
        customer.example.employee_connect.courses().len(),
        expected.len(),
        "{again}"
    );
    Ok(())
}

pub(crate) async fn a_missing_development_module_is_one_clear_message(world: World) -> Result<(), Failed> {
    let customer = world.customer("no-module").await?;
    customer.example.employee_connect.set_development_module(false);
    for _ in 0..2 {
        let answer = customer.call("course-sync").await?;
        assert!(answer.get("errorType").is_some(), "{answer}");
    }
    let mails = customer.mails_about("course sync").await?;
    let [mail] = mails.as_slice() else {
        return Err(format!("{} mails", mails.len()).into());
    };
    assert!(mail.body_text.contains("Development module"), "{}", mail.body_text);
    Ok(())
}
