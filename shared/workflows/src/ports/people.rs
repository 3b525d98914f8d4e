//! The links and mirrors of one customer's people.

use std::future::Future;

use habitsync_domain::identity::{EmployeeId, UserName};
use habitsync_domain::person::Person;
use jiff::Timestamp;

use super::failure::ServiceFailure;

/// Reads every linked person.
pub trait LoadPeople {
    /// All of them, in no particular order.
    fn load_people(&self) -> impl Future<Output = Result<Vec<Person>, ServiceFailure>> + Send;
}

/// Writes one linked person.
pub trait SavePerson {
    /// Stores the link and the mirror, and that the user name (and each former one) is this employee's.
    fn save_person(&self, person: &Person) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Finds the employee behind a user name.
pub trait FindPersonByUserName {
    /// Who had this user name at that moment; none where nobody did.
    fn find_person(
        &self,
        name: &UserName,
        at: Timestamp,
    ) -> impl Future<Output = Result<Option<EmployeeId>, ServiceFailure>> + Send;
}
