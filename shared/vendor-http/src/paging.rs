//! Reading a list page by page, and believing it only when its own arithmetic holds.
//!
//! Neither vendor pages over a snapshot: a record deleted between two pages moves another one over the edge, unseen. A
//! person missed would look like a person gone. So a read is whole or it is an error.

use std::collections::HashSet;
use std::future::Future;
use std::hash::Hash;

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// Which page this is, and of what.
    pub facts: PageFacts,
    /// What is on it.
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
    /// The list's size, page size or number of pages is not what the first page said.
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
        /// The page.
        page: u64,
        /// What the total leaves for it.
        expected: u64,
        /// What is on it.
        got: u64,
    },
    /// A record was on this page and on it or an earlier one before.
    #[error("a record of page {page} had been read already")]
    Repeated {
        /// The page of the second sighting.
        page: u64,
    },
    /// Of a list that may grow: it has fewer records than it had.
    #[error("page {page} describes a shorter list than an earlier page did")]
    Shrunk {
        /// The page that says so.
        page: u64,
    },
    /// Of a list that may grow: fewer records were met than it had when reading began.
    #[error("{got} of at least {expected} records were met")]
    Missed {
        /// How many it had.
        expected: u64,
        /// How many were met.
        got: u64,
    },
    /// Of a list that may grow: it grows as fast as it is read.
    #[error("after {pages} pages the list has still more")]
    Endless {
        /// The pages read.
        pages: u64,
    },
}

impl PageFacts {
    /// Checks this page against the one asked for and the list the first page described; its records count `got`.
    fn check(self, asked: u64, first: Self, got: u64) -> Result<(), PagingError> {
        let page = self.page;
        if page != asked {
            return Err(PagingError::OtherPage { asked, got: page });
        }
        if (Self {
            page: first.page,
            ..self
        }) != first
        {
            return Err(PagingError::ListChanged { page });
        }
        self.check_alone(asked, got)
    }

    /// Checks this page by what it says itself, against the one asked for; its records count `got`.
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

/// Reads every page and returns all records, in the list's order.
///
/// `fetch` reads the page of that number; `identity` is what makes a record this record and no other, none where it has
/// nothing that does. A list that does not add up is read from its first page again, `reads` times in all.
pub async fn read_whole<R, I, E, F>(
    reads: u32,
    fetch: impl Fn(u64) -> F,
    identity: impl Fn(&R) -> Option<I>,
) -> Result<Vec<R>, E>
where
    I: Hash + Eq,
    E: From<PagingError>,
    F: Future<Output = Result<Page<R>, E>>,
{
    until_it_adds_up(reads, || read_once(&fetch, &identity)).await
}

/// Reads a list `reads` times at most: one that does not add up was most likely changed meanwhile.
pub(crate) async fn until_it_adds_up<R, E, F>(reads: u32, read: impl Fn() -> F) -> Result<Vec<R>, E>
where
    E: From<PagingError>,
    F: Future<Output = Result<Result<Vec<R>, PagingError>, E>>,
{
    for _ in 1..reads {
        match read().await? {
            Ok(records) => return Ok(records),
            Err(error) => tracing::info!(error = error.to_string(), "list is read again"),
        }
    }
    Ok(read().await??)
}

/// One read of the whole list. The outer error is the page's, the inner one the list's.
async fn read_once<R, I, E, F>(
    fetch: impl Fn(u64) -> F,
    identity: impl Fn(&R) -> Option<I>,
) -> Result<Result<Vec<R>, PagingError>, E>
where
    I: Hash + Eq,
    F: Future<Output = Result<Page<R>, E>>,
{
    let first = fetch(1).await?;
    let mut reading = Reading {
        list: first.facts,
        records: Vec::new(),
        seen: HashSet::new(),
    };
    let mut added = reading.add(1, first, &identity);
    for asked in 2..=reading.list.total_pages {
        if added.is_err() {
            break;
        }
        added = reading.add(asked, fetch(asked).await?, &identity);
    }
    Ok(added.map(|()| reading.records))
}

/// A list as far as it has been read.
struct Reading<R, I> {
    /// What its first page said of it.
    list: PageFacts,
    records: Vec<R>,
    seen: HashSet<I>,
}

impl<R, I: Hash + Eq> Reading<R, I> {
    fn add(&mut self, asked: u64, page: Page<R>, identity: impl Fn(&R) -> Option<I>) -> Result<(), PagingError> {
        page.facts.check(asked, self.list, page.records.len() as u64)?;
        let mut identities = page.records.iter().filter_map(identity);
        if !identities.all(|identity| self.seen.insert(identity)) {
            return Err(PagingError::Repeated { page: asked });
        }
        self.records.extend(page.records);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        read_whole(1, fetch, |record| Some(*record)).await
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
    async fn a_total_that_changes_between_pages_is_an_error() {
        let shrunk = read(&[page(1, 2, 5, 3, &[1, 2]), page(2, 2, 4, 2, &[3, 4])]).await;
        assert_eq!(shrunk, Err(PagingError::ListChanged { page: 2 }));
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
    async fn a_repeated_page_or_record_is_an_error() {
        let repeated = read(&[page(1, 2, 4, 2, &[1, 2]), page(1, 2, 4, 2, &[1, 2])]).await;
        assert_eq!(repeated, Err(PagingError::OtherPage { asked: 2, got: 1 }));
        let shifted = read(&[page(1, 2, 4, 2, &[1, 2]), page(2, 2, 4, 2, &[2, 3])]).await;
        assert_eq!(shifted, Err(PagingError::Repeated { page: 2 }));
    }

    #[tokio::test]
    async fn a_list_that_changed_while_it_was_read_is_read_again() {
        let fetches = AtomicU64::new(0);
        let fetch = |asked| {
            let short = fetches.fetch_add(1, Ordering::Relaxed) == 0;
            let records: &[u32] = if short { &[1] } else { &[1, 2] };
            std::future::ready(Ok::<_, PagingError>(page(asked, 2, 2, 1, records)))
        };
        assert_eq!(read_whole(2, fetch, |record| Some(*record)).await, Ok(vec![1, 2]));
        assert_eq!(fetches.load(Ordering::Relaxed), 2);
    }
}
