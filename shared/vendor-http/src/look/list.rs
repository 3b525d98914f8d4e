//! A list looked at in a few places: the first page, one in the middle, the last. A list of thousands is not read whole to
//! learn how it is written.

use std::collections::BTreeSet;
use std::future::Future;

use habitsync_domain::onboarding::assumptions::{Advice, Assumption, AssumptionFinding, few};
use habitsync_domain::vendors::record::whole;
use serde_json::{Map, Value};

use super::RawResponse;
use crate::paging::PageFacts;
use crate::reply::reported_error;

/// One record of a list, as a probe sees it.
pub type Record = Map<String, Value>;

/// Where a vendor's pages have what, as JSON pointers.
#[derive(Debug, Clone, Copy)]
pub struct ListNames {
    /// JSON pointer to the records.
    pub records: &'static str,
    /// How many records there are.
    pub total: &'static str,
    /// How many are on a full page.
    pub per_page: &'static str,
    /// Which page it is.
    pub page: &'static str,
    /// How many pages there are.
    pub total_pages: &'static str,
}

/// A page as it was found. Personal data: it has no `Debug`.
pub struct ListPage {
    /// The page asked for.
    pub asked: u64,
    /// What it says about itself, where it says all of it.
    pub facts: Option<PageFacts>,
    /// The facts that it does not say, as pointers.
    pub missing: Vec<&'static str>,
    /// How many rows it has, those that are no records included.
    pub rows: usize,
    /// Its records: where they should be, or else the only list there is. Personal data.
    pub records: Vec<Record>,
    /// Whether it carries `error` or `errors`, which a success does not.
    pub carries_error: bool,
    /// Where the records are, if not where they should be; none where there is no list at all.
    pub elsewhere: Option<Option<String>>,
}

/// A few pages of a list. Personal data: it has no `Debug`.
#[derive(Default)]
pub struct ListSample {
    /// The pages, in order.
    pub pages: Vec<ListPage>,
    /// The first answer that was no page: its status.
    pub refused: Option<u16>,
}

/// Reads a page in the middle and the last page of a list, after its first page.
///
/// # Errors
///
/// The first error of `fetch`.
pub async fn sample_list<E, F>(names: ListNames, first: &RawResponse, fetch: impl Fn(u64) -> F) -> Result<ListSample, E>
where
    F: Future<Output = Result<RawResponse, E>>,
{
    let mut sample = ListSample::default();
    sample.add(1, first, names);
    for asked in sample.others() {
        sample.add(asked, &fetch(asked).await?, names);
    }
    Ok(sample)
}

impl ListSample {
    fn add(&mut self, asked: u64, sight: &RawResponse, names: ListNames) {
        let page = sight.json().filter(|_| sight.is_success());
        match page.as_ref().and_then(Value::as_object) {
            Some(_) => self.pages.extend(page.map(|page| ListPage::of(asked, &page, names))),
            None => self.refused = self.refused.or(Some(sight.status)),
        }
    }

    /// The pages to look at beside the first. One that does not say how many there are is followed by the second.
    fn others(&self) -> BTreeSet<u64> {
        match self.pages.first().map(|page| page.facts) {
            None => BTreeSet::new(),
            Some(None) => BTreeSet::from([2]),
            Some(Some(facts)) => BTreeSet::from([facts.total_pages.div_ceil(2), facts.total_pages])
                .into_iter()
                .filter(|page| *page > 1)
                .collect(),
        }
    }

    /// Every record that was seen.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.pages.iter().flat_map(|page| &page.records)
    }

    /// How many records the list has, as far as it says so.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        Some(self.pages.first()?.facts?.total)
    }

    /// Whether every record of the list was seen.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.total() == Some(self.records().count() as u64)
    }

    /// Whether the list comes where and as it should, and adds up. `what` is in it, in the plural.
    #[must_use]
    pub fn judge_list(&self, assumption: &'static Assumption, what: &str) -> AssumptionFinding {
        if let Some(status) = self.refused {
            return assumption.needs_mending(format!("{what} are answered with status {status}, and no page"));
        }
        if let Some(trouble) = self.pages.iter().find_map(ListPage::trouble) {
            return assumption.needs_mending(trouble);
        }
        let facts: Vec<_> = self.pages.iter().filter_map(|page| page.facts).collect();
        let Some(first) = facts.first() else {
            return assumption.needs_mending("no page came");
        };
        let totals: BTreeSet<_> = facts.iter().map(|facts| facts.total).collect();
        if totals.len() > 1 {
            let again = Advice::ask("run doctor again while nobody works there");
            return assumption.untold("the total changed between two pages", vec![again]);
        }
        let PageFacts {
            total,
            per_page,
            total_pages,
            ..
        } = first;
        if *total == 0 {
            let ask = Advice::ask(format!("ask {} whether there are any {what} yet", assumption.vendor));
            return assumption.untold(
                format!("0 {what} are listed: that there are none cannot be told from not seeing them"),
                vec![ask],
            );
        }
        assumption.holds(format!(
            "{total} {what} in {total_pages} pages of {per_page}; {} looked at add up",
            facts.len()
        ))
    }

    /// Whether the page that is asked for is the page that comes.
    #[must_use]
    pub fn judge_page_parameter(&self, assumption: &'static Assumption) -> AssumptionFinding {
        let (Some(first), Some(other)) = (self.pages.first(), self.pages.get(1)) else {
            return assumption.untold("there is one page only", Vec::new());
        };
        let asked = other.asked;
        if first.records == other.records {
            return assumption.needs_mending(format!("page {asked} brings the records of page 1"));
        }
        match other.facts {
            Some(facts) if facts.page != asked => {
                assumption.needs_mending(format!("page {} comes where {asked} is asked for", facts.page))
            }
            _ => assumption.holds(format!("page {asked} brings other records than page 1")),
        }
    }
}

impl ListPage {
    pub(super) fn of(asked: u64, page: &Value, names: ListNames) -> Self {
        let fact = |pointer: &'static str| page.pointer(pointer).unwrap_or(&Value::Null);
        let is_missing = |pointer: &&'static str| whole(fact(pointer)).is_none();
        let wanted = [names.total, names.per_page, names.page, names.total_pages];
        let (found, elsewhere) = match page.pointer(names.records).and_then(Value::as_array) {
            Some(records) => (Some(records), None),
            None => match only_list(page) {
                Some((name, records)) => (Some(records), Some(Some(name))),
                None => (None, Some(None)),
            },
        };
        let rows = found.map_or(0, Vec::len);
        let records = found.into_iter().flatten().filter_map(Value::as_object);
        Self {
            asked,
            facts: PageFacts::read([names.page, names.per_page, names.total, names.total_pages].map(fact)),
            missing: wanted.into_iter().filter(is_missing).collect(),
            rows,
            records: records.cloned().collect(),
            carries_error: page.as_object().is_some_and(|page| reported_error(page).is_some()),
            elsewhere,
        }
    }

    /// Returns the list's fault, in names and counts.
    fn trouble(&self) -> Option<String> {
        if self.carries_error {
            return Some("a success carries error or errors, and is taken for a failure".to_owned());
        }
        match &self.elsewhere {
            Some(Some(name)) => return Some(format!("the records are under {}", few([name.as_str()]))),
            Some(None) => return Some("there is no list of records".to_owned()),
            None => {}
        }
        let Some(facts) = self.facts else {
            let missing: Vec<_> = self.missing.iter().map(|pointer| dotted(pointer)).collect();
            return Some(format!("{} missing", missing.join(", ")));
        };
        let checked = facts.check_alone(self.asked, self.rows as u64);
        checked.err().map(|error| error.to_string())
    }
}

/// `/meta/total` as people write it.
fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// The only list of an object, and its name.
fn only_list(page: &Value) -> Option<(String, &Vec<Value>)> {
    let mut lists = page
        .as_object()?
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_array()?)));
    let first = lists.next()?;
    lists.next().is_none().then_some(first)
}
