//! The assumptions about EmployeeConnect, which publishes no reference.

use super::ShownBy::{Overload, Reading, Writing};
use super::{Assumption, Confidence, Need, Unused};
use crate::vendors::vendor::Vendor;

const ACCESS: &str = "shared/employee-connect/src/access.rs";
const CLIENT: &str = "shared/employee-connect/src/client.rs";
const ERROR: &str = "shared/employee-connect/src/error.rs";
const WIRE: &str = "shared/employee-connect/src/wire.rs";

/// `NAME = "id" (shown by, need, file) "what it says" [elements]`, each a constant and all of them a list.
macro_rules! assumptions {
    ($($name:ident = $id:literal ($shown_by:expr, $need:ident, $file:expr) $says:literal [$($element:literal),* $(,)?];)+) => {
        $(
            #[doc = concat!("The assumption `employee_connect.", $id, "`.")]
            pub static $name: Assumption = Assumption {
                id: concat!("employee_connect.", $id),
                vendor: Vendor::EmployeeConnect,
                confidence: Confidence::Assumed,
                says: $says,
                elements: &[$($element),*],
                need: Need::$need,
                shown_by: $shown_by,
                file: $file,
            };
        )+
        /// Each of them.
        pub static ALL: &[&Assumption] = &[$(&$name),+];
    };
}

assumptions! {
    ADDRESS = "address" (Reading, Always, CLIENT)
        "the API is under base_url, version included" ["server"];
    TOKEN = "token" (Reading, ClientCredentials, ACCESS)
        "integration codes are exchanged for a token at /oauth/token"
        ["POST /oauth/token", "POST /oauth/token body.grant_type", "POST /oauth/token body.client_id",
         "POST /oauth/token body.client_secret", "POST /oauth/token body.tenant_code",
         "Token.access_token", "Token.expires_in", "security bearer"];
    STATIC_KEY = "static_key" (Reading, StaticKey, ACCESS)
        "a key in X-Api-Key authorises" ["security staticKey"];
    CREDENTIALS = "credentials" (Reading, Always, ACCESS)
        "the credentials may read employees" ["GET /employees 403"];
    CLOCK = "clock" (Reading, Always, ACCESS)
        "its clock agrees with ours: days begin and end by it" [];
    LIMIT = "limit" (Reading, Always, "shared/domain/src/configuration/vendors.rs")
        "it takes requests_per_minute of ours" ["x-limits.requestsPerMinute"];
    OVERLOAD = "overload" (Overload, Always, "shared/vendor-http/src/retry_after.rs")
        "after a 429 it answers again when Retry-After has passed" [];
    ERRORS = "errors" (Reading, Always, ERROR)
        "an error says which under error.code" ["response Error", "Refusal.error", "Refusal.error.code"];
    ERROR_FIELDS = "error_fields" (Writing, Learning, ERROR)
        "a 422 names the fields it is about under error.fields"
        ["Refusal.error.fields", "POST /courses 422", "POST /courses/{courseId}/results 422"];

    EMPLOYEE_LIST = "employees.list" (Reading, Always, WIRE)
        "employees come under data, with a meta that adds up"
        ["GET /employees", "EmployeePage.data", "EmployeePage.meta", "EmployeePage.meta.page",
         "EmployeePage.meta.total", "EmployeePage.meta.totalPages"];
    EMPLOYEE_PAGE = "employees.page" (Reading, Always, CLIENT)
        "the parameter page chooses the page" ["GET /employees?page"];
    EMPLOYEE_PAGE_SIZE = "employees.page_size" (Reading, Always, CLIENT)
        "pageSize sets how many are on a page" ["GET /employees?pageSize", "EmployeePage.meta.pageSize"];
    EMPLOYEE_ORDER = "employees.order" (Reading, Always, CLIENT)
        "employees are ordered by employeeId, so that pages do not overlap" ["GET /employees"];
    EMPLOYEE_ID = "employees.id" (Reading, Always, "shared/domain/src/identity.rs")
        "every record has a text employeeId of its own" ["Employee.employeeId"];
    EMPLOYEE_STATUS = "employees.status" (Reading, Always, "shared/domain/src/people/employment.rs")
        "every status is one that the configuration lists" ["Employee.status"];
    EMPLOYEE_DATES = "employees.dates" (Reading, Always, "shared/domain/src/people/dates.rs")
        "startDate and terminationDate are yyyy-mm-dd, or instants" ["Employee.startDate", "Employee.terminationDate"];
    EMPLOYEE_LAST_DAY = "employees.last_day" (Reading, Always, "shared/domain/src/people/employment.rs")
        "no record with an active status has a last day that passed long ago" [];
    EMPLOYEE_FIELDS = "employees.fields" (Reading, Always, "shared/domain/src/people/employee.rs")
        "records have the fields that expressions name"
        ["Employee.userId", "Employee.firstName", "Employee.lastName", "Employee.preferredName",
         "Employee.workEmail", "Employee.personalEmail", "Employee.jobTitle", "Employee.location",
         "Employee.department", "Employee.employmentType", "Employee.managerName", "Employee.updatedAt"];
    EMPLOYEE_MANAGER = "employees.manager" (Reading, Managers, "shared/domain/src/people/employee.rs")
        "managerEmployeeId names the manager's record"
        ["Employee.managerEmployeeId", "Employee.managerEmail"];
    EMPLOYEE_CUSTOM_FIELDS = "employees.custom_fields" (Reading, HrisFields, "shared/domain/src/people/fields.rs")
        "customFields has the fields that expressions name" ["Employee.customFields"];
    EMPLOYEE_BY_ID = "employees.by_id" (Reading, Always, CLIENT)
        "a record is found at /employees/{employeeId}, under data"
        ["GET /employees/{employeeId}", "GET /employees/{employeeId} answer.data"];
    EMPLOYEE_ABSENT = "employees.absent" (Reading, Always, ERROR)
        "an employee who is not there is a 404 with employee_not_found" ["GET /employees/{employeeId} 404"];

    MODULE = "module" (Reading, Learning, ERROR)
        "the customer has the Development module" ["POST /courses 403"];
    COURSE_FIND = "courses.find" (Reading, Courses, CLIENT)
        "a course is found by our reference, under data, with a meta"
        ["GET /courses", "GET /courses?externalId", "GET /courses?page", "CoursePage.data", "CoursePage.meta",
         "CoursePage.meta.page", "CoursePage.meta.pageSize", "CoursePage.meta.total", "CoursePage.meta.totalPages"];
    COURSE_CREATE = "courses.create" (Writing, Courses, CLIENT)
        "POST creates a course; a 409 names the one that has the reference"
        ["POST /courses", "POST /courses 409", "NewCourse", "RecordedCourse.data", "RecordedCourse.data.courseId",
         "Course.externalId", "Course.title", "Course.description", "Course.provider", "Course.launchUrl",
         "Course.active"];
    COURSE_CHANGE = "courses.change" (Writing, Courses, CLIENT)
        "PATCH changes title, description, launch URL and whether it is active"
        ["PATCH /courses/{courseId}", "PATCH /courses/{courseId} 404", "CourseChange.title",
         "CourseChange.description", "CourseChange.launchUrl", "CourseChange.active"];
    RESULT_FIND = "results.find" (Reading, Results, CLIENT)
        "a course's results are found by our reference, under data"
        ["GET /courses/{courseId}/results", "GET /courses/{courseId}/results?externalId", "ResultList.data"];
    RESULT_NO_COURSE = "results.no_course" (Reading, Results, ERROR)
        "a course that is not there is a 404 with course_not_found" ["POST /courses/{courseId}/results 404"];
    RESULT_RECORD = "results.record" (Writing, Results, CLIENT)
        "POST records a result with a date"
        ["POST /courses/{courseId}/results", "RecordedResult.data", "Result.externalId", "Result.employeeId",
         "Result.status", "Result.completedOn", "Result.durationMinutes"];
    RESULT_AGAIN = "results.again" (Writing, Results, CLIENT)
        "a result that is recorded already is a 409" ["POST /courses/{courseId}/results 409"];
}

/// Elements of the contract that nothing depends on.
pub static UNUSED: &[Unused] = &[
    Unused {
        element: "GET /employees?updatedSince",
        why: "every read is whole",
    },
    Unused {
        element: "GET /employees?status",
        why: "every read is whole, and its default is all",
    },
    Unused {
        element: "GET /courses/{courseId}/results?employeeId",
        why: "results are looked up by our reference",
    },
    Unused {
        element: "Refusal.error.message",
        why: "not read: it may quote the person",
    },
    Unused {
        element: "Refusal.requestId",
        why: "not read",
    },
    Unused {
        element: "Token.token_type",
        why: "a token is sent as Bearer whatever it says",
    },
    Unused {
        element: "RecordedResult.data.resultId",
        why: "not read: a result is known by our reference",
    },
    Unused {
        element: "EmployeePage.meta.requestId",
        why: "not read",
    },
];
