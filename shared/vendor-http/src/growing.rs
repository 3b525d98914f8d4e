//! Reading a list that grows while it is read, such as that of completions in working hours.
//!
//! A record that is added moves others towards the end, where they are met, or met again; it never hides one. A record that
//! is removed may hide another, and so may one that changes places. So the list may grow and may not shrink, repetitions are
//! dropped, and in the end at least as many records were met as there were when reading began. That holds whatever the
//! vendor's order. What was added meanwhile may be missing: the reader of such a list comes back for it.

use std::collections::HashSet;
use std::future::Future;
use std::hash::Hash;

use crate::paging::{Page, PageFacts, PagingError, until_it_adds_up};

/// So many pages more than the first one spoke of are read; a list that grows faster than that has no end.
const GROWTH: u64 = 40;

/// Reads every page and returns all records, each once, in the order in which they were met.
///
/// `fetch` reads the page of that number; `identity` is what makes a record this record and no other. A list that does not
/// add up is read from its first page again, `reads` times in all.
pub async fn read_growing<R, I, E, F>(
    reads: u32,
    fetch: impl Fn(u64) -> F,
    identity: impl Fn(&R) -> I,
) -> Result<Vec<R>, E>
where
    I: Hash + Eq,
    E: From<PagingError>,
    F: Future<Output = Result<Page<R>, E>>,
{
    until_it_adds_up(reads, || read_once(&fetch, &identity)).await
}

/// One read of the list. The outer error is the page's, the inner one the list's.
async fn read_once<R, I, E, F>(
    fetch: impl Fn(u64) -> F,
    identity: impl Fn(&R) -> I,
) -> Result<Result<Vec<R>, PagingError>, E>
where
    I: Hash + Eq,
    F: Future<Output = Result<Page<R>, E>>,
{
    let first = fetch(1).await?;
    let mut reading = Reading::of(first.facts);
    let mut added = reading.add(1, first, &identity);
    let mut asked = 1;
    while added.is_ok() && asked < reading.latest.total_pages {
        asked += 1;
        added = reading.add(asked, fetch(asked).await?, &identity);
    }
    Ok(added.and_then(|()| reading.whole()))
}

/// A list as far as it has been read.
struct Reading<R, I> {
    first: PageFacts,
    latest: PageFacts,
    records: Vec<R>,
    seen: HashSet<I>,
}

impl<R, I: Hash + Eq> Reading<R, I> {
    fn of(first: PageFacts) -> Self {
        Self {
            first,
            latest: first,
            records: Vec::new(),
            seen: HashSet::new(),
        }
    }

    fn add(&mut self, asked: u64, page: Page<R>, identity: impl Fn(&R) -> I) -> Result<(), PagingError> {
        let facts = page.facts;
        facts.check_alone(asked, page.records.len() as u64)?;
        if facts.per_page != self.first.per_page {
            return Err(PagingError::ListChanged { page: asked });
        }
        if facts.total < self.latest.total {
            return Err(PagingError::Shrunk { page: asked });
        }
        if facts.total_pages > self.first.total_pages.saturating_add(GROWTH) {
            return Err(PagingError::Endless { pages: asked });
        }
        self.latest = facts;
        let new = page.records.into_iter();
        self.records
            .extend(new.filter(|record| self.seen.insert(identity(record))));
        Ok(())
    }

    /// All records, unless fewer were met than there were.
    fn whole(self) -> Result<Vec<R>, PagingError> {
        let (expected, got) = (self.first.total, self.records.len() as u64);
        if got < expected {
            return Err(PagingError::Missed { expected, got });
        }
        Ok(self.records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A list in pages of two, to which something happens before each page is fetched.
    struct Changing {
        list: Mutex<Vec<u32>>,
        before_page: fn(u64, &mut Vec<u32>),
    }

    impl Changing {
        fn page(&self, asked: u64) -> Page<u32> {
            let mut list = self.list.lock().expect("not poisoned");
            (self.before_page)(asked, &mut list);
            let skipped = usize::try_from(2 * (asked - 1)).expect("small");
            let facts = PageFacts {
                page: asked,
                per_page: 2,
                total: list.len() as u64,
                total_pages: list.len().div_ceil(2) as u64,
            };
            let records = list.iter().skip(skipped).take(2).copied().collect();
            Page { facts, records }
        }
    }

    async fn read(list: &[u32], before_page: fn(u64, &mut Vec<u32>)) -> Result<Vec<u32>, PagingError> {
        let changing = Changing {
            list: Mutex::new(list.to_vec()),
            before_page,
        };
        read_growing(
            1,
            |asked| std::future::ready(Ok(changing.page(asked))),
            |record| *record,
        )
        .await
    }

    #[tokio::test]
    async fn a_list_that_stays_as_it_is_is_read_whole_and_in_order() {
        assert_eq!(read(&[1, 2, 3, 4, 5], |_, _| {}).await, Ok(vec![1, 2, 3, 4, 5]));
        assert_eq!(read(&[], |_, _| {}).await, Ok(vec![]));
    }

    #[tokio::test]
    async fn what_is_added_at_the_end_is_read_too() {
        let grown = read(&[1, 2, 3], |page, list| {
            list.push(10 + u32::try_from(page).expect("small"));
        })
        .await;
        assert_eq!(grown, Ok(vec![1, 2, 3, 11, 12, 13]));
    }

    #[tokio::test]
    async fn what_is_added_before_the_page_hides_nothing_that_was_there() {
        let newest_first = |page: u64, list: &mut Vec<u32>| {
            if page == 2 {
                list.insert(0, 9);
            }
        };
        assert_eq!(read(&[5, 4, 3, 2, 1], newest_first).await, Ok(vec![5, 4, 3, 2, 1]));
    }

    #[tokio::test]
    async fn a_list_that_shrinks_is_an_error_since_a_record_may_have_been_hidden() {
        let shrunk = |page: u64, list: &mut Vec<u32>| {
            if page == 2 {
                list.remove(0);
            }
        };
        assert_eq!(read(&[1, 2, 3, 4], shrunk).await, Err(PagingError::Shrunk { page: 2 }));
    }

    #[tokio::test]
    async fn a_record_that_changes_places_and_is_not_met_is_an_error() {
        let moved = |page: u64, list: &mut Vec<u32>| {
            if page == 2 {
                let last = list.pop().expect("there");
                list.insert(0, last);
            }
        };
        assert_eq!(
            read(&[1, 2, 3, 4], moved).await,
            Err(PagingError::Missed { expected: 4, got: 3 })
        );
    }

    #[tokio::test]
    async fn a_list_that_grows_as_fast_as_it_is_read_is_an_error_in_the_end() {
        let endless = read(&[1, 2, 3], |page, list| {
            let next = u32::try_from(page).expect("small") * 10;
            list.extend([next, next + 1]);
        });
        assert!(matches!(endless.await, Err(PagingError::Endless { .. })));
    }

    #[tokio::test]
    async fn a_page_that_is_too_short_is_an_error() {
        let short = |asked| {
            let (page, per_page, total, total_pages) = (asked, 2, 3, 2);
            let facts = PageFacts {
                page,
                per_page,
                total,
                total_pages,
            };
            std::future::ready(Ok(Page {
                facts,
                records: vec![1],
            }))
        };
        let expected = PagingError::RecordCount {
            page: 1,
            expected: 2,
            got: 1,
        };
        assert_eq!(read_growing(1, short, |record: &u32| *record).await, Err(expected));
    }

    #[tokio::test]
    async fn a_list_that_shrank_while_it_was_read_is_read_again() {
        let changing = Changing {
            list: Mutex::new(vec![1, 2, 3, 4]),
            before_page: |page, list| {
                if page == 2 && list.len() == 4 {
                    list.remove(0);
                }
            },
        };
        let fetch = |asked| std::future::ready(Ok::<_, PagingError>(changing.page(asked)));
        assert_eq!(read_growing(2, fetch, |record| *record).await, Ok(vec![2, 3, 4]));
    }
}
