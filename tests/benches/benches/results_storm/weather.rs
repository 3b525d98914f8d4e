//! The storm itself: telling, killing, sweeping, and waiting until everything is where it belongs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use habitsync_benches::Storm;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::results::result::{ResultState, WaitsFor};
use habitsync_local::wait::until;
use habitsync_local::{ExampleCustomer, LocalError, LocalStack};
use habitsync_simulator_harness::Method;
use habitsync_simulator_tribal_habits::{Enrolment, PortalHandle};
use habitsync_workflows::ports::results::FindResult as _;
use serde_json::json;
use tokio::task::JoinSet;

use crate::late::Late;
use crate::places::{Expected, Places, found};
use crate::{Failure, ROUTE, SEED, SETTLED, call, faults};

/// Of a hundred completions, the number without a webhook.
const UNANNOUNCED: u32 = 5;
/// Largest number of webhooks per completion.
const TOLD: usize = 5;
/// Webhooks under way at once.
const SENDERS: usize = 8;
/// How often the pusher is killed.
const KILLS: usize = 4;
/// Between two looks of the watchdog, which looks once a minute by itself.
const LOOKS: Duration = Duration::from_secs(5);

/// A customer whose completions will be announced.
pub(crate) struct Weather<'a> {
    stack: &'a LocalStack,
    customer: &'a ExampleCustomer,
    /// The portal's announcements, in their order.
    told: Vec<Enrolment>,
    /// Where each completion belongs, by its enrolment.
    expected: BTreeMap<u64, Expected>,
    storm: Storm,
}

impl<'a> Weather<'a> {
    pub(crate) fn over(
        stack: &'a LocalStack,
        customer: &'a ExampleCustomer,
        places: &Places,
        completions: usize,
    ) -> Result<Self, Failure> {
        let mut random = Rng::with_seed(SEED);
        let (mut told, mut storm) = (Vec::new(), Storm::default());
        let mut expected = BTreeMap::new();
        for _ in 0..completions {
            let is_announced = random.u32(..100) >= UNANNOUNCED;
            let (enrolment, place) = places.completion(customer, &mut random, is_announced)?;
            storm.late += usize::from(place.is_late);
            expected.insert(enrolment.id, place);
            if is_announced {
                let times = random.usize(1..=TOLD);
                storm.webhooks += times;
                storm.duplicates += times - 1;
                told.extend(std::iter::repeat_n(enrolment, times));
            } else {
                storm.unannounced += 1;
            }
        }
        random.shuffle(&mut told);
        Ok(Self {
            stack,
            customer,
            told,
            expected,
            storm,
        })
    }

    pub(crate) async fn rage(mut self, late: Option<&Late>) -> Result<Storm, Failure> {
        let began = Instant::now();
        let before = self.customer.employee_connect.journal().len();
        let armed = faults::arm(self.customer);
        let told = std::mem::take(&mut self.told);
        let work = async { tokio::try_join!(self.told(told, late), self.kill(), self.settled(began)) };
        let ((refused, waited), processes, ()) = tokio::select! {
            done = work => done?,
            never = self.look() => never?,
        };
        self.storm.refused = refused;
        self.storm.waited = waited;
        (self.storm.kills, self.storm.processes) = (KILLS, processes);
        self.storm.time = began.elapsed();
        until("the queue to empty", SETTLED, async || {
            Ok::<_, LocalError>((self.stack.queued_results().await? == 0).then_some(()))
        })
        .await?;
        self.storm.faults = armed.iter().map(|(fault, armed)| (*fault, armed.struck())).collect();
        self.count_requests(before);
        self.storm.expected = self.expected()?;
        self.storm.found = found(self.customer);
        self.storm.unsettled = self.unsettled().await?;
        self.storm.dead_letters = self.stack.dead_letters().await?;
        Ok(self.storm)
    }

    /// Announces all completions, sweeps for the unannounced, and then links the late ones; how many webhooks had to be
    /// sent again, and how many completions waited for their links.
    async fn told(&self, told: Vec<Enrolment>, late: Option<&Late>) -> Result<(usize, usize), Failure> {
        let (portal, mut sending, mut refused) = (self.customer.tribal_habits.handle(), JoinSet::new(), 0);
        for enrolment in told {
            if sending.len() >= SENDERS {
                refused += sending.join_next().await.transpose()?.unwrap_or_default();
            }
            sending.spawn(announce(portal.clone(), enrolment));
        }
        refused += sending.join_all().await.into_iter().sum::<usize>();
        eprintln!("everything is told; {} results are there", self.results());
        call(self.stack, "result-sweep").await?;
        let waited = match late {
            Some(late) => self.linked(late).await?,
            None => 0,
        };
        Ok((refused, waited))
    }

    /// Waits until all that is late waits for its link, and then brings the links; how many there were.
    async fn linked(&self, late: &Late) -> Result<usize, Failure> {
        let waiting: Vec<_> = self.expected.iter().filter(|(_, expected)| expected.is_late).collect();
        for (enrolment, _) in &waiting {
            until("a late completion to wait for its link", SETTLED, async || {
                Ok::<_, Failure>(self.waits_for_its_link(**enrolment).await?.then_some(()))
            })
            .await?;
        }
        eprintln!(
            "{} completions wait for their links; {} results are there",
            waiting.len(),
            self.results()
        );
        late.appear(self.customer);
        for function in ["user-sync", "course-sync"] {
            call(self.stack, function).await?;
        }
        Ok(waiting.len())
    }

    /// Kills the pusher while it works, at random moments; how many processes that ended.
    async fn kill(&self) -> Result<usize, Failure> {
        let mut random = Rng::with_seed(SEED);
        let (all, mut processes) = (self.expected.len(), 0);
        for kill in 0..KILLS {
            // Each in its own part of the storm, and none when it is over.
            let results = all * 9 / 10 * kill / KILLS + random.usize(..all / KILLS / 2);
            until("the next kill", SETTLED, async || {
                Ok::<_, LocalError>((self.results() > results).then_some(()))
            })
            .await?;
            let killed = self.stack.crash("result-pusher").await?;
            eprintln!("a kill after {} results: {killed} processes", self.results());
            processes += killed;
        }
        Ok(processes)
    }

    /// Calls the watchdog more often than its schedule does, so that a storm of hours takes minutes.
    async fn look(&self) -> Result<((usize, usize), usize, ()), Failure> {
        loop {
            tokio::time::sleep(LOOKS).await;
            self.stack.invoke("watchdog", &json!({})).await?;
        }
    }

    async fn settled(&self, began: Instant) -> Result<(), Failure> {
        until("the last result", SETTLED, async || {
            if self.results() < self.expected.len() {
                return Ok::<_, LocalError>(None);
            }
            eprintln!("the last result after {} s", began.elapsed().as_secs());
            Ok(Some(()))
        })
        .await?;
        Ok(())
    }

    fn results(&self) -> usize {
        self.customer.employee_connect.results().len()
    }

    fn count_requests(&mut self, before: usize) {
        let entries = self.customer.employee_connect.journal().entries();
        let about: Vec<_> = entries
            .iter()
            .skip(before)
            .filter(|entry| entry.route == ROUTE)
            .collect();
        let writes = about.iter().filter(|entry| entry.method == Method::POST);
        self.storm.requests = about.len();
        self.storm.writes = writes.clone().count();
        self.storm.already_there = writes.filter(|entry| entry.status == Some(409)).count();
    }

    fn expected(&self) -> Result<BTreeMap<String, habitsync_benches::Place>, Failure> {
        let placed = self.expected.iter().map(|(enrolment, expected)| {
            let place = expected.place(self.customer).ok_or("a course has vanished")?;
            Ok((format!("th-enrolment-{enrolment}"), place))
        });
        placed.collect()
    }

    /// What the table does not call recorded.
    async fn unsettled(&self) -> Result<Vec<String>, Failure> {
        let mut unsettled = Vec::new();
        for enrolment in self.expected.keys() {
            let state = self.state_of(*enrolment).await?;
            if !matches!(state, Some(ResultState::Recorded { .. })) {
                unsettled.push(format!("{enrolment}: {:?}", state.map(|state| state.status())));
            }
        }
        Ok(unsettled)
    }

    async fn waits_for_its_link(&self, enrolment: u64) -> Result<bool, Failure> {
        let state = self.state_of(enrolment).await?;
        Ok(matches!(state, Some(ResultState::Parked { on, .. }) if on.waits_for() == WaitsFor::Link))
    }

    async fn state_of(&self, enrolment: u64) -> Result<Option<ResultState>, Failure> {
        let table = self.stack.tenant_table(&self.customer.tenant).await?;
        let record = table.find_result(EnrolmentId(enrolment.try_into()?)).await?;
        Ok(record.map(|record| record.state))
    }
}

/// Sends a webhook, and sends it again until it is accepted; how often it was not.
async fn announce(portal: PortalHandle, enrolment: Enrolment) -> usize {
    let mut refused = 0;
    while !matches!(portal.announce(&enrolment).await, Ok(202)) && refused < 100 {
        refused += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    refused
}
