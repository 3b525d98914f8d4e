//! Finds where a completion goes: the employee who had its user name when it was completed, and the course of its topic.

use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::results::completion::Completion;
use habitsync_domain::results::delivery::{Destination, Known, destination};

use crate::ports::failure::ServiceFailure;
use crate::ports::people::FindPersonByUserName;
use crate::ports::stores::DestinationStore;

/// Finds where the completion goes by now.
pub(crate) async fn find_destination<T: DestinationStore>(
    table: &T,
    completion: &Completion,
) -> Result<Destination, ServiceFailure> {
    let topic = table.find_topic(completion.topic).await?;
    let mut person = find_employee(table, completion).await?;
    let mut users_synced_from = None;
    if person.is_none() {
        users_synced_from = table.load_job(Job::UserSync).await?.last_complete_began_at;
        // A sync may have linked the employee, and ended, since the first look: only an account that it leaves unlinked
        // belongs to no employee.
        person = find_employee(table, completion).await?;
    }
    let known = Known {
        person: person.as_ref(),
        topic: topic.as_ref(),
        users_synced_from,
    };
    Ok(destination(completion, &known))
}

async fn find_employee<T: FindPersonByUserName>(
    table: &T,
    completion: &Completion,
) -> Result<Option<EmployeeId>, ServiceFailure> {
    table.find_person(&completion.user_name, completion.completed_at).await
}
