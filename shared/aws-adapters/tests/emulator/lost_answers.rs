//! Conditional writes whose answer is lost: the SDK sends them again, and each recognises its own earlier success.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use habitsync_aws_adapters::{Aws, SystemClock, Table, TenantTable};
use habitsync_domain::approvals::{ApprovalVerdict, PendingPlan, PlanDecision};
use habitsync_domain::fleet::incident::Incident;
use habitsync_domain::identity::EnrolmentId;
use habitsync_domain::jobs::job::Job;
use habitsync_domain::jobs::lease::end;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::results::breaker::Breaker;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_local::inspect::REGION;
use habitsync_workflows::ports::breaker::{KeepBreaker, StoredBreaker};
use habitsync_workflows::ports::clock::Now;
use habitsync_workflows::ports::fleet::{ListDue, PostponeDue};
use habitsync_workflows::ports::holds::{LoadHold, RecordPlanDecision, SaveHold};
use habitsync_workflows::ports::incidents::KeepIncident;
use habitsync_workflows::ports::lease::{FindLease, HoldLease, Lease};
use habitsync_workflows::ports::people::{LoadChanges, SavePerson};
use habitsync_workflows::ports::result_list::{AddResult, ReviveResult};
use habitsync_workflows::ports::results::{Claim, ClaimResult, FindResult, ReleaseResults, SettleResult};
use habitsync_workflows::ports::runs::SaveJobState;
use habitsync_workflows::ports::tenants::{ListVersions, SaveConfiguration};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::fixture::{at, completion, emulator, named_table, tenant};
use crate::people::{change, person};
use crate::stored::Stored as _;

const NOW: &str = "2026-03-02T00:00:00Z";

/// A way to the emulator on which answers get lost.
#[derive(Clone)]
struct LossyWay {
    emulator: String,
    lost: Arc<AtomicUsize>,
}

impl LossyWay {
    /// A table behind such a way, and the way.
    async fn to_table() -> (Table, Self) {
        let (_, name) = named_table().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let emulator = emulator().await.trim_start_matches("http://").to_owned();
        let lost = Arc::new(AtomicUsize::new(0));
        let way = Self { emulator, lost };
        tokio::spawn(way.clone().carry_all(listener));
        let aws = Aws::emulated(&address, REGION).await.expect("a client");
        (aws.table(&name), way)
    }

    /// The answer to the next request is lost.
    fn lose_next(&self) {
        self.lost.store(1, Ordering::Relaxed);
    }

    /// Whether the answer that was to be lost has been.
    fn has_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed) == 0
    }

    async fn carry_all(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(self.clone().carry(stream));
        }
    }

    /// One request, one connection.
    async fn carry(self, mut from: TcpStream) -> io::Result<()> {
        let request = read_request(&mut from).await?;
        let mut to = TcpStream::connect(&self.emulator).await?;
        to.write_all(&request).await?;
        let mut answer = Vec::new();
        to.read_to_end(&mut answer).await?;
        let lose = self
            .lost
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |lost| lost.checked_sub(1));
        if lose.is_err() {
            from.write_all(&answer).await?;
        }
        from.shutdown().await
    }
}

/// Reads a request, and asks for the connection to be closed after its answer.
async fn read_request(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let (mut read, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        if let Some(head) = find(&read, b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&read[..head]).into_owned();
            if read.len() >= head + 4 + body_bytes(&text) {
                let mut request = format!("{text}\r\nconnection: close\r\n\r\n").into_bytes();
                request.extend_from_slice(&read[head + 4..]);
                return Ok(request);
            }
        }
        match from.read(&mut buffer).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            bytes => read.extend_from_slice(&buffer[..bytes]),
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn body_bytes(head: &str) -> usize {
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let length = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let mut length = length.filter_map(|(_, value)| value.trim().parse().ok());
    length.next().unwrap_or_default()
}

async fn acme() -> (TenantTable, LossyWay) {
    let (table, way) = LossyWay::to_table().await;
    (table.tenant(&tenant()), way)
}

fn waiting() -> ResultState {
    ResultState::Waiting {
        cause: "EmployeeConnect is not available".to_owned(),
        due_at: at(NOW),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_is_acquired_written_under_and_given_back() {
    let (acme, way) = acme().await;
    let now = SystemClock.now();
    way.lose_next();
    let Ok(Lease::Acquired(held)) = acme.acquire_lease(Job::UserSync, "one", now).await else {
        panic!("it was free")
    };
    assert!(way.has_lost());
    way.lose_next();
    held.save_job(Job::UserSync, &JobState::default()).await.expect("saved");
    way.lose_next();
    let changed = change("E1", NOW, "created");
    held.save_person(&person("E1", "jo"), &changed).await.expect("saved");
    let history = acme.load_changes(&"E1".parse().expect("an employee")).await;
    assert_eq!(history.expect("loaded").len(), 1);
    way.lose_next();
    held.renew_lease(end(now)).await.expect("renewed");
    way.lose_next();
    held.release_lease().await.expect("given back");
    assert!(way.has_lost());
    assert_eq!(acme.find_lease(Job::UserSync).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_claimed_once_and_settled_once() {
    let (acme, way) = acme().await;
    for attempts in [0, 1] {
        way.lose_next();
        let (completion, until) = (completion(1), at("2026-03-02T00:00:30Z"));
        let claimed = acme.claim_result(&completion, at(NOW), until).await;
        let Ok(Claim::Ours { before, claim }) = claimed else {
            panic!("it is free")
        };
        assert!(way.has_lost());
        assert_eq!(before.map_or(0, |before| before.attempts), attempts);
        let record = ResultRecord {
            completion,
            state: waiting(),
            attempts: 1,
        };
        way.lose_next();
        acme.settle_result(&record, claim).await.expect("settled");
        let stored = acme.find_result(EnrolmentId(1)).await.expect("read");
        assert_eq!(stored, Some(record));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_released_revived_added_and_put_off_and_each_says_so() {
    let (table, way) = LossyWay::to_table().await;
    let acme = table.tenant(&tenant());
    let of = |enrolment, state| ResultRecord {
        completion: completion(enrolment),
        state,
        attempts: 1,
    };
    let parked = ResultState::Parked {
        on: ParkedOn::Customer,
        since: at(NOW),
    };
    acme.put_result(&of(1, parked)).await;
    let cause = "refused".to_owned();
    let dead = of(2, ResultState::Dead { cause, tried: None });
    acme.put_result(&dead).await;
    way.lose_next();
    assert_eq!(acme.release_result(EnrolmentId(1), at(NOW)).await, Ok(true));
    way.lose_next();
    assert_eq!(acme.revive_result(&dead, at(NOW)).await, Ok(true));
    way.lose_next();
    assert_eq!(acme.add_result(&completion(3), 0, at(NOW)).await, Ok(true));
    assert!(way.has_lost());
    let due = table
        .list_due_results(at(NOW), 10, &BTreeSet::new())
        .await
        .expect("listed");
    let first = due.items.first().expect("three are due");
    way.lose_next();
    let put_off = table.postpone_result(first, at("2026-03-02T00:05:00Z")).await;
    assert_eq!((put_off, way.has_lost()), (Ok(true), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_breaker_is_counted_once() {
    let (acme, way) = acme().await;
    way.lose_next();
    let next = Breaker::Closed { silences: 1 };
    let changed = acme.change_breaker(&StoredBreaker::default(), next).await;
    assert_eq!((changed, way.has_lost()), (Ok(true), true));
    let stored = acme.load_breaker().await.expect("read");
    assert_eq!((stored.breaker, stored.version), (next, 1));
    // The same change by another process is another change.
    assert_eq!(acme.change_breaker(&StoredBreaker::default(), next).await, Ok(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_about_a_plan_is_noted_once() {
    let (acme, way) = acme().await;
    let plan: PendingPlan = crate::holds::plan(2);
    acme.save_hold(&plan, at(NOW)).await.expect("saved");
    let word = PlanDecision {
        verdict: ApprovalVerdict::Approved,
        actor: "ana".to_owned(),
        at: at(NOW),
        only: Vec::new(),
        reopened: false,
    };
    way.lose_next();
    acme.note_decision(&plan.id, &word).await.expect("noted");
    let stored = acme.load_hold(&plan.id).await.expect("read").expect("is there");
    assert_eq!((stored.decisions, way.has_lost()), (vec![word], true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_one_version() {
    let (table, way) = LossyWay::to_table().await;
    let source = include_str!("../../../domain/src/configuration/acme.toml");
    let configuration = source.parse().expect("a configuration");
    // The version is read first: the answer that is lost is the second.
    way.lost.store(0, Ordering::Relaxed);
    let saved = table.save_configuration(&configuration, source, at(NOW), None).await;
    assert_eq!(saved, Ok(1));
    way.lost.store(2, Ordering::Relaxed);
    let saved = table.save_configuration(&configuration, source, at(NOW), None).await;
    assert_eq!((saved, way.has_lost()), (Ok(2), true));
    let versions = table.list_versions(&configuration.tenant).await.expect("listed");
    assert_eq!(versions.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_opened_and_closed_once_and_its_copy_is_kept() {
    let (table, way) = LossyWay::to_table().await;
    let open = crate::fleet::incident();
    way.lose_next();
    assert_eq!(table.change_incident(None, &open).await, Ok(true));
    let over = Incident {
        ended_at: Some(at(NOW)),
        closing_mail_sent: true,
        revision: 2,
        ..open.clone()
    };
    way.lose_next();
    assert_eq!(table.change_incident(Some(&open), &over).await, Ok(true));
    assert!(way.has_lost());
    // The same change by another watchdog is another change.
    assert_eq!(table.change_incident(Some(&open), &over).await, Ok(false));
}
