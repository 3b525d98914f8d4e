//! A whole list of records, each decoded by itself.

use std::hash::Hash;

use habitsync_domain::vendors::list::{UnusableRecord, VendorList};

use crate::call_error::CallError;
use crate::paging::{Page, PagingError, read_list};
use crate::raw_record::RawRecord;

/// Records in use may change between two pages; a list that changes during each of two reads is left for the next run.
const READS_OF_A_LIST: u32 = 2;

/// Returns a whole list. `fetch` returns the page of that number, `None` where the answer says nothing of the list that it is a
/// page of; `read` decodes each record, page by page; `identity` distinguishes the records. An inconsistent list is read
/// twice.
///
/// # Errors
///
/// The first error of `fetch`, an answer that is no page, or the inconsistency of the second read. A record that cannot
/// be decoded is no error: the list returns it as unusable.
pub async fn read_records<T, I, E, F>(
    fetch: impl Fn(u64) -> F,
    read: impl Fn(RawRecord) -> Result<T, UnusableRecord>,
    identity: impl Fn(&T) -> I,
) -> Result<VendorList<T>, E>
where
    T: PartialEq,
    I: Hash + Eq + Clone + ToString,
    E: From<PagingError> + From<CallError>,
    F: Future<Output = Result<Option<Page<RawRecord>>, E>>,
{
    let expected = "a page of the list";
    let read = &read;
    let page = |number| {
        let fetched = fetch(number);
        async move {
            let page = fetched.await?.ok_or(CallError::NotBelieved { expected })?;
            Ok::<_, E>(page.map(read))
        }
    };
    let rows = read_list(READS_OF_A_LIST, page, |row| row.as_ref().ok().map(&identity)).await?;
    Ok(rows.into_list(identity))
}
