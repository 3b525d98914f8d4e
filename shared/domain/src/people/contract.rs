//! The names of the fields of an employee record, as EmployeeConnect spells them.

/// The fields of the employee contract. In an expression each is present, null where the record lacks it.
pub const CONTRACT_FIELDS: [&str; 19] = [
    "employeeId",
    "userId",
    "firstName",
    "lastName",
    "preferredName",
    "workEmail",
    "personalEmail",
    "jobTitle",
    "location",
    "department",
    "employmentType",
    "managerEmployeeId",
    "managerName",
    "managerEmail",
    "status",
    "startDate",
    "terminationDate",
    "customFields",
    "updatedAt",
];

/// The contract's fields that are always read, independent of the customer's mapping.
pub(crate) const ALWAYS_READ: [&str; 8] = [
    "employeeId",
    "firstName",
    "lastName",
    "preferredName",
    "managerEmployeeId",
    "status",
    "startDate",
    "terminationDate",
];

/// The record's field that names the manager, by employee id.
pub(crate) const MANAGER_ID: &str = "managerEmployeeId";

/// The record's field that says when the current employment began.
pub(crate) const START_DATE: &str = "startDate";

/// The record's field that holds the last day employed.
pub(crate) const TERMINATION_DATE: &str = "terminationDate";

/// The record's fields that are dates.
pub(crate) const DATE_FIELDS: [&str; 2] = [START_DATE, TERMINATION_DATE];

/// The record's field that holds the customer's own fields.
pub(crate) const CUSTOM_FIELDS: &str = "customFields";
