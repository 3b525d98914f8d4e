//! The calls: which request each one is, how a list is read whole, and how a token that ended early is replaced.

use std::hash::Hash;

use habitsync_domain::vendors::list::{UnusableRecord, VendorList};
use habitsync_domain::vendors::record::JsonRecord;
use habitsync_vendor_http::{
    CallError, HttpError, PrivateBody, ProbedClient, RawRecord, RawResponse, Request, VendorClient, VendorHttp,
    read_records,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::access::{Access, Credentials, Pass};
use crate::error::{EmployeeConnectError, MissingRecord};
use crate::wire::{
    Course, CourseBody, Data, EMPLOYEE_ID, EmployeeRecord, FIELDS, ListPage, RecordedResult, ResultBody,
    employee_record,
};

/// The vendor's name, for [`VendorHttp::new`].
pub const VENDOR: &str = "EmployeeConnect";

/// One customer's EmployeeConnect. Clones share the access token.
#[derive(Debug, Clone)]
pub struct EmployeeConnect {
    http: VendorHttp,
    access: Access,
    page_size: u32,
}

/// Whether a write did it, or found it done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written<T> {
    /// Written by this call.
    Now(T),
    /// Written by an earlier call (answer 409).
    Before(T),
}

impl ProbedClient for EmployeeConnect {
    async fn look(&self, request: Request) -> Result<RawResponse, HttpError> {
        let pass = self.access.pass(&self.http).await?;
        self.http.look(&pass.sign(request)?).await
    }
}

/// [`once`](VendorClient::once) shares the access token with the client it was made from.
impl VendorClient for EmployeeConnect {
    fn with_http(self, change: impl FnOnce(VendorHttp) -> VendorHttp) -> Self {
        let http = change(self.http);
        Self { http, ..self }
    }
}

impl EmployeeConnect {
    /// The API behind `http`, whose base URL includes the version (`…/api/v1`). `page_size`: employees per page.
    #[must_use]
    pub fn new(http: VendorHttp, credentials: Credentials, page_size: u32) -> Self {
        Self {
            http: http.naming(FIELDS),
            access: Access::new(credentials),
            page_size,
        }
    }

    /// Returns every employee, terminated ones included, ordered by `employeeId`; `read` decodes each record, page by
    /// page. `identity` distinguishes the records of employees.
    ///
    /// # Errors
    ///
    /// A page is no page of the list, or the list changed during each of its two reads. A failed request is retried
    /// first, since it only reads. A record that cannot be decoded is no error: the list returns it as unusable.
    pub async fn employees<T: PartialEq, I: Hash + Eq + Clone + ToString>(
        &self,
        read: impl Fn(EmployeeRecord) -> Result<T, UnusableRecord>,
        identity: impl Fn(&T) -> I,
    ) -> Result<VendorList<T>, EmployeeConnectError> {
        let list = Request::list(&["employees"]).query("pageSize", self.page_size.to_string());
        let read = |record| employee_record(&record).and_then(&read);
        self.list(list, read, identity).await
    }

    /// Returns the employee of this id; `None` only where the API itself says that the employee does not exist.
    ///
    /// # Errors
    ///
    /// The answer is the record of another employee, a 404 does not name the employee, or the request failed after its
    /// retries.
    pub async fn employee(&self, id: &str) -> Result<Option<EmployeeRecord>, EmployeeConnectError> {
        match self.json(Request::get(&["employees", id])).await {
            Ok(Data::<RawRecord> { data, .. }) => record_of(id, &data).map(Some),
            Err(EmployeeConnectError::NotFound {
                missing: MissingRecord::Employee,
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the course with this reference, `None` where the list has none. The client searches the answer too,
    /// should the vendor ignore the parameter.
    ///
    /// # Errors
    ///
    /// The course with this reference cannot be decoded, or the list could not be read after retries.
    pub async fn course(&self, external_id: &str) -> Result<Option<Course>, EmployeeConnectError> {
        let list = Request::list(&["courses"]).query("externalId", external_id);
        let read = |record| Course::read(&record);
        let courses = self.list(list, read, |course| course.course_id.clone()).await?;
        if courses
            .unusable
            .iter()
            .any(|course| course.id.as_deref() == Some(external_id.trim()))
        {
            return Err(not_believed("the course with our reference"));
        }
        let mut courses = courses.records.into_iter();
        Ok(courses.find(|course| course.external_id.as_deref() == Some(external_id.trim())))
    }

    /// Creates a course and returns its id. A course that has the reference already is adopted (409).
    ///
    /// # Errors
    ///
    /// The answer is not the course, or the request failed. An answer that is not the course, a time-out or a fault of
    /// the vendor is ambiguous: the course may exist. The client sends the write again only where it certainly had no
    /// effect, such as after a 429. `ReferenceTaken`: a 409 whose course the client does not find.
    pub async fn post_course(&self, course: &CourseBody<'_>) -> Result<Written<String>, EmployeeConnectError> {
        let reference = course.external_id.unwrap_or_default();
        match self.answer(Request::post(&["courses"]).json(course)?).await {
            Ok(answer @ Data::<RawRecord> { .. }) => match Course::read(&answer.data) {
                Ok(made) if answer.is_done_and(|_| made.may_be_of(reference)) => Ok(Written::Now(made.course_id)),
                Ok(_) | Err(_) => Err(not_believed("the course that was created")),
            },
            Err(HttpError::Status { status: 409, body, .. }) => {
                let existing = body.json();
                let existing =
                    existing.and_then(|Data::<Value> { data, .. }| JsonRecord::from_value(&data)?.id("courseId"));
                self.adopted(existing, course).await.map(Written::Before)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The course that a 409 named, or else the one that has our reference.
    async fn adopted(&self, named: Option<String>, course: &CourseBody<'_>) -> Result<String, EmployeeConnectError> {
        if let Some(id) = named {
            return Ok(id);
        }
        let found = self.course(course.external_id.unwrap_or_default()).await?;
        found
            .map(|course| course.course_id)
            .ok_or(EmployeeConnectError::ReferenceTaken)
    }

    /// Changes the course that has this reference. Where the answer is not the course, the client reads the course by
    /// its reference and compares it.
    ///
    /// # Errors
    ///
    /// Neither the answer nor the course as read shows the change, or the request failed. After a time-out or a fault
    /// of the vendor the change may have been made.
    pub async fn patch_course(
        &self,
        id: &str,
        reference: &str,
        course: &CourseBody<'_>,
    ) -> Result<(), EmployeeConnectError> {
        let answer: RawRecord = self.json(Request::patch(&["courses", id]).json(course)?).await?;
        let shown = answer
            .within("data")
            .as_ref()
            .map_or_else(|| Course::read(&answer), Course::read);
        let is_course = |shown: &Course| shown.course_id == id && shown.may_be_of(reference);
        if shown.is_ok_and(|shown| is_course(&shown) && shown.agrees_with(course)) {
            return Ok(());
        }
        match self.course(reference).await? {
            Some(found) if found.course_id == id && found.shows(course) => Ok(()),
            _ => Err(not_believed("the course that was changed")),
        }
    }

    /// Records a result on a course. A result that exists already is a success (409).
    ///
    /// # Errors
    ///
    /// The answer does not acknowledge the result, or the request failed. An unacknowledged result, a time-out or a
    /// fault of the vendor is ambiguous: the result may be recorded, so the caller checks
    /// [`has_result`](Self::has_result) before it sends the write again.
    pub async fn post_result(
        &self,
        course: &str,
        result: &ResultBody<'_>,
    ) -> Result<Written<()>, EmployeeConnectError> {
        match self
            .answer(Request::post(&["courses", course, "results"]).json(result)?)
            .await
        {
            Ok(answer @ Data::<Value> { .. })
                if answer.is_done_and(|made| {
                    RecordedResult::read(made).is_some_and(|made| made.acknowledges(course, result))
                }) =>
            {
                Ok(Written::Now(()))
            }
            Ok(_) => Err(not_believed("the result that was recorded")),
            Err(HttpError::Status { status: 409, body, .. }) => {
                self.recorded_before(&body, course, result).await.map(Written::Before)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A 409 names the result that is there, whose employee may have had another number then. One that names none may be about
    /// anything: the result is looked for.
    async fn recorded_before(
        &self,
        body: &PrivateBody,
        course: &str,
        result: &ResultBody<'_>,
    ) -> Result<(), EmployeeConnectError> {
        let named: Option<Data<Value>> = body.json();
        let has_reference =
            |there: &Value| RecordedResult::read(there).is_some_and(|there| there.has_reference_of(result));
        let is_named = named.is_some_and(|named| named.is_done_and(has_reference));
        if is_named || self.has_result(course, result).await? {
            Ok(())
        } else {
            Err(not_believed("the result that is there already"))
        }
    }

    /// Returns whether the course has this result. The client searches the answer too, should the vendor ignore the
    /// parameter.
    ///
    /// # Errors
    ///
    /// The request failed after its retries, for example because the course does not exist.
    pub async fn has_result(&self, course: &str, result: &ResultBody<'_>) -> Result<bool, EmployeeConnectError> {
        let request = Request::get(&["courses", course, "results"]).query("externalId", result.external_id);
        let Data::<RawRecord> { data, .. } = self.json(request).await?;
        let listed = data.items().ok_or(not_believed("a list of results"))?;
        // A record that cannot be decoded is no result of ours; should it be one, EmployeeConnect refuses a second (409).
        let records = listed.iter().filter_map(|record| record.fields("resultId").ok());
        let mut found = records.filter_map(|record| RecordedResult::read(&Value::Object(record)));
        Ok(found.any(|found| found.is(result)))
    }

    /// The way to the API.
    pub(crate) fn http(&self) -> &VendorHttp {
        &self.http
    }

    /// Returns the request for a token; none where a static key authorises.
    pub(crate) fn token_request(&self) -> Option<Request> {
        self.access.token_request()
    }

    /// Keeps the token that an answer brought, however little else it says.
    pub(crate) async fn keep_token(&self, answer: &Value) {
        self.access.keep(answer).await;
    }

    async fn list<T: PartialEq, I: Hash + Eq + Clone + ToString>(
        &self,
        list: Request,
        read: impl Fn(RawRecord) -> Result<T, UnusableRecord>,
        identity: impl Fn(&T) -> I,
    ) -> Result<VendorList<T>, EmployeeConnectError> {
        let list = &list;
        let page = async |number: u64| {
            let page: ListPage = self.json(list.clone().query("page", number.to_string())).await?;
            Ok::<_, EmployeeConnectError>(page.page())
        };
        read_records(page, read, identity).await
    }

    async fn json<T: DeserializeOwned>(&self, request: Request) -> Result<T, EmployeeConnectError> {
        Ok(self.answer(request).await?)
    }

    /// Sends a request, and once more with a new token if the one it carried was refused.
    async fn answer<T: DeserializeOwned>(&self, request: Request) -> Result<T, HttpError> {
        let pass = self.access.pass(&self.http).await?;
        match self.sent(&pass, request.clone()).await {
            Err(error) if error.status() == Some(401) && self.access.give_up(&pass).await => {
                self.sent(&self.access.pass(&self.http).await?, request).await
            }
            answer => answer,
        }
    }

    async fn sent<T: DeserializeOwned>(&self, pass: &Pass, request: Request) -> Result<T, HttpError> {
        self.http.json(&pass.sign(request)?).await
    }
}

/// The record, with its id as a text, where it is this employee's.
fn record_of(id: &str, record: &RawRecord) -> Result<EmployeeRecord, EmployeeConnectError> {
    let not_the_employee = not_believed("the employee that was asked for");
    let Ok(mut record) = employee_record(record) else {
        return Err(not_the_employee);
    };
    if JsonRecord::from(&record).id(EMPLOYEE_ID).as_deref() != Some(id.trim()) {
        return Err(not_the_employee);
    }
    record.insert(EMPLOYEE_ID.to_owned(), id.into());
    Ok(record)
}

const fn not_believed(expected: &'static str) -> EmployeeConnectError {
    EmployeeConnectError::Call(CallError::NotBelieved { expected })
}
