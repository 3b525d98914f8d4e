//! Reading a list page by page, and believing it only when its own arithmetic holds.
//!
//! Neither vendor pages over a snapshot. A record that is removed between two pages moves another one over the edge,
//! unseen, and a person missed would look like a person gone: a list that shrinks, or of which fewer records were met
//! than it had when reading began, is read again, and is an error in the end. A record that is added hides no other: a
//! list may grow. Records added meanwhile may be missing: the next read has it.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::hash::Hash;

use habitsync_domain::vendors::list::{UnusableRecord, VendorList, WhyUnusable};
use habitsync_domain::vendors::record::whole;
use serde_json::Value;

/// So many pages more than the first one spoke of are read; a list that grows faster than that has no end.
const GROWTH: u64 = 40;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// Which page this is, and of what.
    pub facts: PageFacts,
    /// The page's records.
    pub records: Vec<R>,
}

/// What a page says about itself and its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageFacts {
    /// Which page this is, from 1.
    pub page: u64,
    /// How many records a full page has.
    pub per_page: u64,
    /// How many records the list has.
    pub total: u64,
    /// How many pages the list has; an empty list has none or one.
    pub total_pages: u64,
}

/// Why a list is not believed. Says where, never who.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PagingError {
    /// Another page came than was asked for.
    #[error("page {asked} was asked for and page {got} came")]
    OtherPage {
        /// The page asked for.
        asked: u64,
        /// The page that came.
        got: u64,
    },
    /// The page's size is not that of the first page.
    #[error("page {page} describes another list than page 1 did")]
    ListChanged {
        /// The page that differs.
        page: u64,
    },
    /// Total, page size and number of pages do not fit one another.
    #[error("{total} records do not make {total_pages} pages of {per_page}")]
    PageCount {
        /// Records in the list.
        total: u64,
        /// Records on a full page.
        per_page: u64,
        /// Pages in the list.
        total_pages: u64,
    },
    /// A page has not as many records as it must.
    #[error("page {page} has {got} records instead of {expected}")]
    RecordCount {
        /// Number of the page, as requested.
        page: u64,
        /// What the total leaves for it.
        expected: u64,
        /// The number of records on the page.
        got: u64,
    },
    /// The page brings records that an earlier one brought.
    #[error("page {page} repeats records of an earlier page")]
    Repeated {
        /// Number of the page, as requested.
        page: u64,
    },
    /// The list has fewer records than it had.
    #[error("page {page} describes a shorter list than an earlier page did")]
    Shrunk {
        /// The page that says so.
        page: u64,
    },
    /// Fewer records were met than the list had when reading began.
    #[error("{got} of at least {expected} records were met")]
    Missed {
        /// How many it had.
        expected: u64,
        /// How many were met.
        got: u64,
    },
    /// The list grows as fast as it is read.
    #[error("after {pages} pages the list has still more")]
    Endless {
        /// The pages read.
        pages: u64,
    },
}

impl<R> Page<R> {
    /// The same page, each record read by itself.
    #[must_use]
    pub fn map<T>(self, read: impl Fn(R) -> T) -> Page<T> {
        Page {
            facts: self.facts,
            records: self.records.into_iter().map(read).collect(),
        }
    }
}

impl PageFacts {
    /// What a page says about itself, by its values in the order page, records on a full page, records, pages; none where one of
    /// them is no whole number.
    #[must_use]
    pub fn read([page, per_page, total, total_pages]: [&Value; 4]) -> Option<Self> {
        let number = |value| whole(value).and_then(|number| u64::try_from(number).ok());
        Some(Self {
            page: number(page)?,
            per_page: number(per_page)?,
            total: number(total)?,
            total_pages: number(total_pages)?,
        })
    }

    /// Checks this page's own numbers against the page asked for; `got` is the number of its records.
    ///
    /// # Errors
    ///
    /// The page is another one than asked for, or its numbers contradict each other or its records.
    pub fn check_alone(self, asked: u64, got: u64) -> Result<(), PagingError> {
        let Self {
            page,
            per_page,
            total,
            total_pages,
        } = self;
        if page != asked {
            return Err(PagingError::OtherPage { asked, got: page });
        }
        let pages = if per_page == 0 {
            None
        } else {
            Some(total.div_ceil(per_page))
        };
        if pages.is_none_or(|pages| pages != total_pages && (pages, total_pages) != (0, 1)) {
            return Err(PagingError::PageCount {
                total,
                per_page,
                total_pages,
            });
        }
        let expected = total.saturating_sub((page - 1).saturating_mul(per_page)).min(per_page);
        if got != expected {
            return Err(PagingError::RecordCount { page, expected, got });
        }
        Ok(())
    }
}

/// The records of a list, distinguished by their identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows<R> {
    /// Every record, in the list's order; of those with one identity the first.
    pub(crate) records: Vec<R>,
    /// The others: that identity is on several rows of the list.
    pub(crate) repeated: Vec<R>,
}

impl<T: PartialEq> Rows<Result<T, UnusableRecord>> {
    /// The list as a use case sees it. Rows with one identity and the same values are one record; where the values differ, or one
    /// of the rows cannot be used, none of them can.
    pub(crate) fn into_list<I: Hash + Eq + ToString>(self, identity: impl Fn(&T) -> I) -> VendorList<T> {
        let mut listed = VendorList::from_records(self.records);
        let repeated: Vec<_> = self.repeated.into_iter().flatten().collect();
        let unusable = listed.unusable.iter().filter_map(|record| record.id.clone());
        let mut contradicted: HashSet<String> = unusable.collect();
        if repeated.is_empty() && contradicted.is_empty() {
            return listed;
        }
        let known: HashMap<I, &T> = listed.records.iter().map(|record| (identity(record), record)).collect();
        let others = repeated
            .iter()
            .filter(|record| known.get(&identity(record)) != Some(record));
        let others: Vec<_> = others.map(|record| identity(record).to_string()).collect();
        contradicted.extend(others.iter().cloned());
        let is_contradicted = |record: &T| contradicted.contains(&identity(record).to_string());
        let aside = listed.records.iter().filter(|record| is_contradicted(record));
        let aside = aside.map(|record| identity(record).to_string()).chain(others);
        let aside: Vec<_> = aside
            .map(|id| UnusableRecord::new(Some(&id), WhyUnusable::Contradicted))
            .collect();
        listed.records.retain(|record| !is_contradicted(record));
        listed.unusable.extend(aside);
        listed
    }
}

/// Reads every page and returns all records. `fetch` reads the page of that number; `identity` returns the value that
/// identifies a record, `None` for a record without one. An inconsistent list is read again from its first page,
/// `reads` times in all.
///
/// # Errors
///
/// The first error of `fetch`, or the inconsistency of the last read.
pub(crate) async fn read_list<R, I, E, F>(
    reads: u32,
    fetch: impl Fn(u64) -> F,
    identity: impl Fn(&R) -> Option<I>,
) -> Result<Rows<R>, E>
where
    I: Hash + Eq + Clone,
    E: From<PagingError>,
    F: Future<Output = Result<Page<R>, E>>,
{
    let mut repeated = HashSet::new();
    for _ in 1..reads {
        let reading = read_once(&mut repeated, &fetch, &identity).await?;
        match reading.and_then(|reading| {
            let latest = reading.latest.total;
            reading.whole(latest)
        }) {
            Ok(rows) => return Ok(rows),
            Err(error) => tracing::info!(error = error.to_string(), "list is read again"),
        }
    }
    // A record added in front of the remaining pages is read by the next read.
    let reading = read_once(&mut repeated, &fetch, &identity).await??;
    let expected = reading.first.total;
    Ok(reading.whole(expected)?)
}

/// One read of the whole list. `repeated` are the identities that the read before met on several pages: those that this read meets
/// there, too, are on several rows of the list. The outer error is the page's, the inner one the list's.
async fn read_once<R, I, E, F>(
    repeated: &mut HashSet<I>,
    fetch: impl Fn(u64) -> F,
    identity: impl Fn(&R) -> Option<I>,
) -> Result<Result<Reading<R, I>, PagingError>, E>
where
    I: Hash + Eq + Clone,
    F: Future<Output = Result<Page<R>, E>>,
{
    let first = fetch(1).await?;
    let mut reading = Reading::of(first.facts, std::mem::take(repeated));
    let mut added = reading.add(1, first, &identity);
    let mut asked = 1;
    while added.is_ok() && asked < reading.latest.total_pages {
        asked += 1;
        added = reading.add(asked, fetch(asked).await?, &identity);
    }
    repeated.clone_from(&reading.moved);
    Ok(added.map(|()| reading))
}

/// A list as far as it has been read.
struct Reading<R, I> {
    first: PageFacts,
    latest: PageFacts,
    rows: Rows<R>,
    /// Where each identity is among the records, and the page on which it was met.
    met: HashMap<I, (usize, u64)>,
    /// Identities that the read before met on several pages.
    known: HashSet<I>,
    /// Those that this read met on several pages, although the list did not grow.
    moved: HashSet<I>,
    /// The first page with one that the read before did not meet so.
    moved_on: Option<u64>,
}

impl<R, I: Hash + Eq + Clone> Reading<R, I> {
    fn of(first: PageFacts, known: HashSet<I>) -> Self {
        Self {
            first,
            latest: first,
            rows: Rows {
                records: Vec::new(),
                repeated: Vec::new(),
            },
            met: HashMap::new(),
            known,
            moved: HashSet::new(),
            moved_on: None,
        }
    }

    fn add(&mut self, asked: u64, page: Page<R>, identity: impl Fn(&R) -> Option<I>) -> Result<(), PagingError> {
        let (rows, moved) = (page.records.len(), self.moved.len());
        self.check(asked, page.facts, rows as u64)?;
        self.latest = page.facts;
        for record in page.records {
            match identity(&record) {
                Some(identity) => self.add_identified(asked, record, identity),
                None => self.rows.records.push(record),
            }
        }
        // A full page of nothing but records of earlier pages is not the page that was asked for. Fewer may be on several rows,
        // which the next read shows.
        let moved = self.moved.len() - moved;
        if moved > 1 && moved == rows && rows as u64 == page.facts.per_page {
            return Err(PagingError::Repeated { page: asked });
        }
        Ok(())
    }

    fn add_identified(&mut self, asked: u64, record: R, identity: I) {
        match self.met.get(&identity).copied() {
            None => {
                self.met.insert(identity, (self.rows.records.len(), asked));
                self.rows.records.push(record);
            }
            // A page is answered at one moment: the list has the identity on two rows.
            Some((_, page)) if page == asked => self.rows.repeated.push(record),
            Some((place, _)) if self.has_grown() => self.replace(place, record),
            Some(_) => {
                if !self.known.contains(&identity) {
                    self.moved_on = self.moved_on.or(Some(asked));
                }
                self.moved.insert(identity);
                self.rows.repeated.push(record);
            }
        }
    }

    /// A record that an added one moved onto this page is as it is now.
    fn replace(&mut self, place: usize, record: R) {
        if let Some(before) = self.rows.records.get_mut(place) {
            *before = record;
        }
    }

    fn has_grown(&self) -> bool {
        self.latest.total > self.first.total
    }

    fn check(&self, asked: u64, facts: PageFacts, got: u64) -> Result<(), PagingError> {
        facts.check_alone(asked, got)?;
        if facts.per_page != self.first.per_page {
            return Err(PagingError::ListChanged { page: asked });
        }
        if facts.total < self.latest.total {
            return Err(PagingError::Shrunk { page: asked });
        }
        if facts.total_pages > self.first.total_pages.saturating_add(GROWTH) {
            return Err(PagingError::Endless { pages: asked });
        }
        Ok(())
    }

    /// All records, unless fewer were met than `expected`, or one has moved from page to page.
    fn whole(self, expected: u64) -> Result<Rows<R>, PagingError> {
        if let Some(page) = self.moved_on {
            return Err(PagingError::Repeated { page });
        }
        let got = (self.rows.records.len() + self.rows.repeated.len()) as u64;
        if got < expected {
            return Err(PagingError::Missed { expected, got });
        }
        Ok(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn page(page: u64, per_page: u64, total: u64, total_pages: u64, records: &[u32]) -> Page<u32> {
        Page {
            facts: PageFacts {
                page,
                per_page,
                total,
                total_pages,
            },
            records: records.to_vec(),
        }
    }

    async fn read(pages: &[Page<u32>]) -> Result<Vec<u32>, PagingError> {
        let fetch = |asked: u64| {
            let index = usize::try_from(asked - 1).expect("small");
            std::future::ready(Ok(pages
                .get(index)
                .expect("no page beyond the last is asked for")
                .clone()))
        };
        read_list(1, fetch, |record| Some(*record))
            .await
            .map(|rows| rows.records)
    }

    #[tokio::test]
    async fn a_list_that_adds_up_is_read_whole_and_in_order() {
        let pages = [
            page(1, 2, 5, 3, &[1, 2]),
            page(2, 2, 5, 3, &[3, 4]),
            page(3, 2, 5, 3, &[5]),
        ];
        assert_eq!(read(&pages).await, Ok(vec![1, 2, 3, 4, 5]));
    }

    #[tokio::test]
    async fn an_empty_list_has_no_page_or_one() {
        assert_eq!(read(&[page(1, 25, 0, 0, &[])]).await, Ok(vec![]));
        assert_eq!(read(&[page(1, 25, 0, 1, &[])]).await, Ok(vec![]));
    }

    #[tokio::test]
    async fn the_last_page_may_be_full() {
        assert_eq!(
            read(&[page(1, 2, 4, 2, &[1, 2]), page(2, 2, 4, 2, &[3, 4])]).await,
            Ok(vec![1, 2, 3, 4])
        );
    }

    #[tokio::test]
    async fn a_total_that_does_not_fit_the_pages_is_an_error() {
        let wrong = read(&[page(1, 2, 9, 3, &[1, 2])]).await;
        assert_eq!(
            wrong,
            Err(PagingError::PageCount {
                total: 9,
                per_page: 2,
                total_pages: 3
            })
        );
        assert!(read(&[page(1, 0, 0, 0, &[])]).await.is_err());
    }

    #[tokio::test]
    async fn a_truncated_page_is_an_error() {
        let short = read(&[page(1, 2, 3, 2, &[1])]).await;
        assert_eq!(
            short,
            Err(PagingError::RecordCount {
                page: 1,
                expected: 2,
                got: 1
            })
        );
        let missing_last = read(&[page(1, 2, 3, 2, &[1, 2]), page(2, 2, 3, 2, &[])]).await;
        assert_eq!(
            missing_last,
            Err(PagingError::RecordCount {
                page: 2,
                expected: 1,
                got: 0
            })
        );
    }

    #[tokio::test]
    async fn a_repeated_page_is_an_error() {
        let repeated = read(&[page(1, 2, 4, 2, &[1, 2]), page(1, 2, 4, 2, &[1, 2])]).await;
        assert_eq!(repeated, Err(PagingError::OtherPage { asked: 2, got: 1 }));
        let under_its_number = read(&[page(1, 2, 4, 2, &[1, 2]), page(2, 2, 4, 2, &[1, 2])]).await;
        assert_eq!(under_its_number, Err(PagingError::Repeated { page: 2 }));
    }

    #[tokio::test]
    async fn identities_whose_second_rows_fill_the_last_pages_keep_no_other_record_from_being_read() {
        let lists: [&[&[u32]]; 3] = [
            &[&[1, 2, 3], &[1, 2]],
            &[&[1, 2, 3], &[1, 2, 4], &[1, 5, 4], &[5, 4]],
            &[&[1, 2, 3], &[4, 5, 6], &[2, 4]],
        ];
        for pages in lists {
            let total = pages.iter().map(|page| page.len() as u64).sum();
            let fetch = |asked: u64| {
                let records = pages[usize::try_from(asked - 1).expect("small")];
                std::future::ready(Ok::<_, PagingError>(page(asked, 3, total, pages.len() as u64, records)))
            };
            let rows = read_list(2, fetch, |record| Some(*record)).await.expect("a list");
            let all: HashSet<_> = pages.concat().into_iter().collect();
            assert_eq!(rows.records.len(), all.len(), "{pages:?}");
            assert_eq!(rows.records.into_iter().collect::<HashSet<_>>(), all);
        }
    }

    #[tokio::test]
    async fn an_identity_on_two_rows_of_the_list_keeps_no_other_record_from_being_read() {
        let on_one_page = |_| std::future::ready(Ok::<_, PagingError>(page(1, 3, 3, 1, &[1, 1, 2])));
        let rows = read_list(2, on_one_page, |record| Some(*record)).await;
        let expected = Rows {
            records: vec![1, 2],
            repeated: vec![1],
        };
        assert_eq!(rows, Ok(expected));
    }

    #[tokio::test]
    async fn an_identity_on_two_pages_is_the_lists_where_the_next_read_has_it_too() {
        let (fetches, pages) = (AtomicU64::new(0), [[1, 2], [2, 3]]);
        let fetch = |asked: u64| {
            fetches.fetch_add(1, Ordering::Relaxed);
            let records = pages[usize::try_from(asked - 1).expect("small")];
            std::future::ready(Ok::<_, PagingError>(page(asked, 2, 4, 2, &records)))
        };
        let rows = read_list(2, fetch, |record| Some(*record)).await.expect("a list");
        assert_eq!((rows.records, rows.repeated), (vec![1, 2, 3], vec![2]));
        assert_eq!(fetches.load(Ordering::Relaxed), 4, "it was read again");
    }

    #[tokio::test]
    async fn a_list_that_changed_while_it_was_read_is_read_again() {
        let fetches = AtomicU64::new(0);
        let fetch = |asked| {
            let short = fetches.fetch_add(1, Ordering::Relaxed) == 0;
            let records: &[u32] = if short { &[1] } else { &[1, 2] };
            std::future::ready(Ok::<_, PagingError>(page(asked, 2, 2, 1, records)))
        };
        let rows = read_list(2, fetch, |record| Some(*record)).await;
        assert_eq!(rows.map(|rows| rows.records), Ok(vec![1, 2]));
        assert_eq!(fetches.load(Ordering::Relaxed), 2);
    }

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

    async fn read_changing(list: &[u32], before_page: fn(u64, &mut Vec<u32>)) -> Result<Vec<u32>, PagingError> {
        let changing = Changing {
            list: Mutex::new(list.to_vec()),
            before_page,
        };
        let fetch = |asked| std::future::ready(Ok(changing.page(asked)));
        read_list(1, fetch, |record| Some(*record))
            .await
            .map(|rows| rows.records)
    }

    #[tokio::test]
    async fn a_list_that_stays_as_it_is_is_read_in_order() {
        assert_eq!(
            read_changing(&[1, 2, 3, 4, 5], |_, _| {}).await,
            Ok(vec![1, 2, 3, 4, 5])
        );
        assert_eq!(read_changing(&[], |_, _| {}).await, Ok(vec![]));
    }

    #[tokio::test]
    async fn what_is_added_at_the_end_is_read_too() {
        let grown = read_changing(&[1, 2, 3], |page, list| {
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
        assert_eq!(
            read_changing(&[5, 4, 3, 2, 1], newest_first).await,
            Ok(vec![5, 4, 3, 2, 1])
        );
    }

    #[tokio::test]
    async fn a_list_that_shrinks_is_an_error_since_a_record_may_have_been_hidden() {
        let shrunk = |page: u64, list: &mut Vec<u32>| {
            if page == 2 {
                list.remove(0);
            }
        };
        assert_eq!(
            read_changing(&[1, 2, 3, 4], shrunk).await,
            Err(PagingError::Shrunk { page: 2 })
        );
    }

    #[tokio::test]
    async fn a_record_that_changes_places_is_an_error() {
        let moved = |page: u64, list: &mut Vec<u32>| {
            if page == 2 {
                let last = list.pop().expect("there");
                list.insert(0, last);
            }
        };
        assert_eq!(
            read_changing(&[1, 2, 3, 4], moved).await,
            Err(PagingError::Repeated { page: 2 })
        );
    }

    #[tokio::test]
    async fn a_list_that_grows_as_fast_as_it_is_read_is_an_error_in_the_end() {
        let endless = read_changing(&[1, 2, 3], |page, list| {
            let next = u32::try_from(page).expect("small") * 10;
            list.extend([next, next + 1]);
        });
        assert!(matches!(endless.await, Err(PagingError::Endless { .. })));
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
        let rows = read_list(2, fetch, |record| Some(*record)).await;
        assert_eq!(rows.map(|rows| rows.records), Ok(vec![2, 3, 4]));
    }
}
