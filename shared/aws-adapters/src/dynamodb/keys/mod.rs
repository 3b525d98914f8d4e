//! Every key and attribute name of the table: nothing else in the project spells one.
//!
//! | item | `pk` | `sk` |
//! | --- | --- | --- |
//! | configuration in force, and each version | `TENANT#{tenant}` | `CONFIG`, `CONFIG#{version, 8 digits}` |
//! | linked person | `TENANT#{tenant}` | `PERSON#{employee}` |
//! | a change to an employee's account | `TENANT#{tenant}` | `CHANGE#{employee}#{time}` |
//! | what the portal refuses of a person | `TENANT#{tenant}` | `PARKED#{employee}` |
//! | who has, or had, a user name | `TENANT#{tenant}` | `USER#{user name, lower case}#{employee}` |
//! | topic and its course | `TENANT#{tenant}` | `COURSE#{topic}` |
//! | completion and its result | `TENANT#{tenant}` | `RESULT#{enrolment}` |
//! | run | `TENANT#{tenant}` | `RUN#{id}` (the id begins with its time) |
//! | lease of a job | `TENANT#{tenant}` | `LEASE#{job}` |
//! | breaker of EmployeeConnect | `TENANT#{tenant}` | `BREAKER` |
//! | request budget | `TENANT#{tenant}` | `BUDGET#{vendor}` |
//! | state of the mails to a customer, by cause | `TENANT#{tenant}` | `ALERT#{cause}` |
//! | changes that wait for approval: head, and its people | `TENANT#{tenant}` | `PLAN#{id}#{chunk, 4 digits}`, the head's is 0 |
//! | decisions about an account, and about its user name | `TENANT#{tenant}` | `DECISION#{employee}`, `DECISION#{employee}#user_name` |
//! | the worklist last sent, in pieces | `TENANT#{tenant}` | `WORKLIST#{cause}#{time of the mail}#{piece, 4 digits}` |
//! | how an address stands that mail came back from | `TENANT#{tenant}` | `ADDRESS#{address, lower case}` |
//! | summary row | `FLEET` | `TENANT#{tenant}` |
//! | incident of a vendor's domain, the last one; those before | `FLEET` | `INCIDENT#{vendor}#{domain}`; `PAST#{vendor}#{domain}#{opened at}` (without the domain where an older version wrote it) |
//!
//! The sparse index `due` holds waiting items by kind and time, and dead results under `dead`.
//!
//! Where something follows an identity that a vendor assigns, the identity's `#` is written `~1` and its `~` is written `~0`, as
//! in a JSON pointer: no identity ends early, and no two keys are the same.

mod names;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::approvals::{Matter, PlanId};
use habitsync_domain::identity::{EmailAddress, EmployeeId, EnrolmentId, TopicId, UserName};
use habitsync_domain::jobs::job::Job;
use habitsync_domain::tenant::TenantId;
use habitsync_domain::text::excerpt::clip;
use habitsync_domain::user_plan::digest;
use habitsync_domain::vendors::domain::VendorDomain;
use habitsync_workflows::ports::failure::Vendor;
use jiff::Timestamp;

pub(super) use names::*;

/// The beginning of the sort keys of one kind of item.
#[derive(Debug, Clone, Copy)]
pub(super) enum Prefix {
    Person,
    Parked,
    LastDay,
    Decision,
    Course,
    Address,
}

impl Prefix {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "PERSON#",
            Self::Parked => "PARKED#",
            Self::LastDay => "LAST_DAY#",
            Self::Decision => "DECISION#",
            Self::Course => "COURSE#",
            Self::Address => "ADDRESS#",
        }
    }
}

const INCIDENTS: &str = "INCIDENT#";

fn in_key(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::TribalHabits => "tribal-habits",
        Vendor::EmployeeConnect => "employee-connect",
    }
}

fn domain_in_key(domain: &VendorDomain) -> String {
    if domain.is_unknown() {
        String::new()
    } else {
        format!("#{domain}")
    }
}

/// The key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

/// Ends the sort key of a decision about a user name alone.
const OF_USER_NAME: &str = "#user_name";

impl Key {
    fn of(tenant: &TenantId, sk: String) -> Self {
        Self {
            pk: format!("TENANT#{tenant}"),
            sk,
        }
    }

    pub(super) fn configuration(tenant: &TenantId) -> Self {
        Self::of(tenant, "CONFIG".to_owned())
    }

    pub(super) fn configuration_version(tenant: &TenantId, version: u64) -> Self {
        Self::of(tenant, format!("{CONFIGURATION_VERSIONS}{version:08}"))
    }

    pub(super) fn person(tenant: &TenantId, employee: &EmployeeId) -> Self {
        Self::of(tenant, format!("{}{employee}", Prefix::Person.as_str()))
    }

    pub(super) fn parked(tenant: &TenantId, employee: &EmployeeId) -> Self {
        Self::of(tenant, format!("{}{employee}", Prefix::Parked.as_str()))
    }

    pub(super) fn last_day(tenant: &TenantId, employee: &EmployeeId) -> Self {
        Self::of(tenant, format!("{}{employee}", Prefix::LastDay.as_str()))
    }

    pub(super) fn decision(tenant: &TenantId, (employee, matter): (&EmployeeId, Matter)) -> Self {
        let of_account = format!("{}{}", Prefix::Decision.as_str(), escaped(employee.as_str()));
        match matter {
            Matter::Account => Self::of(tenant, of_account),
            Matter::UserName => Self::of(tenant, format!("{of_account}{OF_USER_NAME}")),
        }
    }

    /// Parses the employee and the subject of a decision from the part of the sort key behind its prefix.
    pub(super) fn decided(rest: &str) -> Option<(EmployeeId, Matter)> {
        let (employee, matter) = match rest.strip_suffix(OF_USER_NAME) {
            Some(employee) => (employee, Matter::UserName),
            None => (rest, Matter::Account),
        };
        Some((unescaped(employee).parse().ok()?, matter))
    }

    pub(super) fn plan(tenant: &TenantId, id: &PlanId, chunk: u32) -> Self {
        Self::of(tenant, format!("PLAN#{id}#{chunk:04}"))
    }

    pub(super) fn change(tenant: &TenantId, employee: &EmployeeId, at: Timestamp) -> Self {
        Self::of(tenant, format!("{}{at:.9}", Self::changes(employee)))
    }

    /// Returns the prefix of the sort keys of all changes of one employee; text order is time order.
    pub(super) fn changes(employee: &EmployeeId) -> String {
        format!("CHANGE#{}#", escaped(employee.as_str()))
    }

    pub(super) fn user(tenant: &TenantId, name: &UserName, employee: &EmployeeId) -> Self {
        Self::of(tenant, format!("{}{employee}", Self::users(name)))
    }

    /// Returns the prefix of the sort keys of all people who have, or had, this user name.
    pub(super) fn users(name: &UserName) -> String {
        format!("USER#{}#", escaped(&bounded(name.key())))
    }

    pub(super) fn course(tenant: &TenantId, topic: TopicId) -> Self {
        Self::of(tenant, format!("{}{topic}", Prefix::Course.as_str()))
    }

    pub(super) fn result(tenant: &TenantId, enrolment: EnrolmentId) -> Self {
        Self::of(tenant, format!("{RESULTS}{enrolment}"))
    }

    pub(super) fn run(tenant: &TenantId, id: &str) -> Self {
        Self::of(tenant, format!("{RUNS}{id}"))
    }

    pub(super) fn lease(tenant: &TenantId, job: Job) -> Self {
        Self::of(tenant, format!("LEASE#{}", job.key()))
    }

    pub(super) fn breaker(tenant: &TenantId) -> Self {
        Self::of(tenant, "BREAKER".to_owned())
    }

    pub(super) fn budget(tenant: &TenantId, vendor: Vendor) -> Self {
        Self::of(tenant, format!("BUDGET#{}", in_key(vendor)))
    }

    /// The vendor's last outage that met many.
    pub(super) fn incident(vendor: Vendor, domain: &VendorDomain) -> Self {
        Self {
            pk: FLEET.to_owned(),
            sk: format!("{INCIDENTS}{}{}", in_key(vendor), domain_in_key(domain)),
        }
    }

    /// An incident that is history.
    pub(super) fn past_incident(vendor: Vendor, domain: &VendorDomain, opened_at: Timestamp) -> Self {
        Self {
            pk: FLEET.to_owned(),
            sk: format!("PAST#{}{}#{opened_at:.0}", in_key(vendor), domain_in_key(domain)),
        }
    }

    /// The partition of the incidents, and the beginning of the sort keys of each vendor's last.
    pub(super) fn incidents() -> (String, &'static str) {
        (FLEET.to_owned(), INCIDENTS)
    }

    pub(super) fn alert(tenant: &TenantId, cause: &str) -> Self {
        Self::of(tenant, format!("{ALERT}{cause}"))
    }

    /// The cause of the alert that this is.
    pub(super) fn cause(&self) -> Option<&str> {
        self.sk.strip_prefix(ALERT)
    }

    /// One piece of the worklist that was mailed at that time.
    pub(super) fn worklist(tenant: &TenantId, cause: &str, mailed_at: Timestamp, piece: usize) -> Self {
        Self::of(tenant, format!("{}{piece:04}", Self::worklist_of(cause, mailed_at)))
    }

    /// The beginning of the sort keys of the worklists that were mailed about this.
    pub(super) fn worklists(cause: &str) -> String {
        format!("WORKLIST#{cause}#")
    }

    /// The beginning of the sort keys of the worklist that was mailed at that time.
    pub(super) fn worklist_of(cause: &str, mailed_at: Timestamp) -> String {
        format!("{}{}#", Self::worklists(cause), due_at(mailed_at))
    }

    pub(super) fn address(tenant: &TenantId, address: &EmailAddress) -> Self {
        Self::of(
            tenant,
            format!("{}{}", Prefix::Address.as_str(), bounded(address.key())),
        )
    }

    pub(super) fn summary(tenant: &TenantId) -> Self {
        Self {
            pk: FLEET.to_owned(),
            sk: format!("TENANT#{tenant}"),
        }
    }

    /// The partition of the summary rows, and the beginning of their sort keys.
    pub(super) fn summaries() -> (String, &'static str) {
        (FLEET.to_owned(), "TENANT#")
    }

    /// The customer whose summary row this is.
    pub(super) fn summarised(&self) -> Option<TenantId> {
        let of_fleet = self.sk.strip_prefix("TENANT#").filter(|_| self.pk == FLEET);
        of_fleet?.parse().ok()
    }

    /// Returns the kind of item: its sort key without the rest, which may be an employee's name.
    pub(super) fn kind(&self) -> &str {
        self.sk.split('#').next().unwrap_or_default()
    }

    /// The customer whose item this is; none for what belongs to the fleet.
    pub(super) fn tenant(&self) -> Option<TenantId> {
        self.pk.strip_prefix("TENANT#")?.parse().ok()
    }

    /// The two key attributes.
    pub(super) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

fn escaped(identity: &str) -> String {
    identity.replace('~', "~0").replace('#', "~1")
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "#").replace("~0", "~")
}

/// The longest part of a sort key that comes from outside, in bytes. With an employee id of 400 bytes beside it a key stays below
/// the 1,024 bytes of DynamoDB.
const LONGEST_PART: usize = 600;

/// The part as it is; where it is too long, its beginning and its digest.
fn bounded(part: String) -> String {
    if part.len() <= LONGEST_PART {
        return part;
    }
    format!("{}#{}", clip(&part, LONGEST_PART / 2), digest::of_value(&part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The longest sort key that DynamoDB takes, in bytes.
    const LONGEST_KEY: usize = 1_024;

    #[test]
    fn no_identity_makes_a_sort_key_too_long_and_long_ones_stay_apart() {
        let id = employee(&"😀".repeat(100));
        let key = |end: &str| {
            let name = format!("{}{end}", "漢".repeat(254)).parse().expect("a user name");
            Key::user(&acme(), &name, &id).sk
        };
        assert!(key("a").len() <= LONGEST_KEY, "{}", key("a").len());
        assert_ne!(key("a"), key("b"));
        let change = Key::change(&acme(), &id, Timestamp::UNIX_EPOCH);
        assert!(change.sk.len() <= LONGEST_KEY);
    }

    proptest! {
        #[test]
        fn no_text_that_a_vendor_may_send_makes_a_key_longer_than_dynamodb_takes(
            id in "[^\\p{C}\\p{Z}]{1,100}", name in "[^\\p{C}\\p{Z}]{1,255}", number in any::<i64>(),
        ) {
            let (Ok(id), Ok(name)) = (id.parse::<EmployeeId>(), name.parse::<UserName>()) else {
                return Ok(());
            };
            let keys = [
                Key::person(&acme(), &id),
                Key::parked(&acme(), &id),
                Key::last_day(&acme(), &id),
                Key::decision(&acme(), (&id, Matter::UserName)),
                Key::change(&acme(), &id, Timestamp::MAX),
                Key::user(&acme(), &name, &id),
                Key::course(&acme(), TopicId(number)),
                Key::result(&acme(), EnrolmentId(number)),
            ];
            for key in keys {
                prop_assert!(key.sk.len() <= LONGEST_KEY && key.pk.len() <= LONGEST_KEY, "{key:?}");
            }
            prop_assert!(ignored_user(&name).len() + 20 <= LONGEST_KEY);
            let rest = Key::decision(&acme(), (&id, Matter::UserName)).sk;
            let rest = rest.strip_prefix(Prefix::Decision.as_str()).and_then(Key::decided);
            prop_assert_eq!(rest, Some((id, Matter::UserName)));
        }
    }

    /// Identities made of what separates the parts of a key, and of what an escaped one is written with.
    fn tricky() -> impl Strategy<Value = String> {
        "(a|b|#|~|0|1|#user_name){1,5}"
    }

    proptest! {
        #[test]
        fn no_two_identities_share_a_sort_key(ids in [tricky(), tricky()], names in [tricky(), tricky()]) {
            let ids = ids.map(|id| employee(&id));
            let names = names.map(|name| name.parse::<UserName>().expect("a user name"));
            let keys = |n: usize| {
                let [account, user_name] = [Matter::Account, Matter::UserName].map(|matter| (&ids[n], matter));
                let user = Key::user(&acme(), &names[n], &ids[n]).sk;
                [Key::decision(&acme(), account).sk, Key::decision(&acme(), user_name).sk, user]
            };
            let (first, second) = (keys(0), keys(1));
            prop_assert_eq!(first[..2].iter().any(|key| second[..2].contains(key)), ids[0] == ids[1]);
            prop_assert_eq!(first[2] == second[2], ids[0] == ids[1] && names[0].key() == names[1].key());
            for matter in [Matter::Account, Matter::UserName] {
                let sk = Key::decision(&acme(), (&ids[0], matter)).sk;
                let decided = sk.strip_prefix(Prefix::Decision.as_str()).and_then(Key::decided);
                prop_assert_eq!(decided, Some((ids[0].clone(), matter)));
            }
            prop_assert!(first[0] == second[0] || !Key::change(&acme(), &ids[0], Timestamp::MAX).sk.starts_with(&Key::changes(&ids[1])));
        }
    }

    fn acme() -> TenantId {
        "acme".parse().expect("a tenant")
    }

    fn employee(id: &str) -> EmployeeId {
        id.parse().expect("an employee")
    }

    #[test]
    fn every_item_of_a_customer_is_in_the_customer_s_partition() {
        let name = "Jo@Acme.example".parse().expect("a user name");
        let plan = "0a1b2c3d4e5f".parse().expect("a plan");
        let keys = [
            (Key::configuration(&acme()), "CONFIG"),
            (Key::configuration_version(&acme(), 12), "CONFIG#00000012"),
            (Key::person(&acme(), &employee("E1")), "PERSON#E1"),
            (Key::parked(&acme(), &employee("E1")), "PARKED#E1"),
            (Key::last_day(&acme(), &employee("E1")), "LAST_DAY#E1"),
            (
                Key::decision(&acme(), (&employee("E1"), Matter::Account)),
                "DECISION#E1",
            ),
            (
                Key::decision(&acme(), (&employee("E1"), Matter::UserName)),
                "DECISION#E1#user_name",
            ),
            (Key::plan(&acme(), &plan, 2), "PLAN#0a1b2c3d4e5f#0002"),
            (
                Key::change(&acme(), &employee("E1"), Timestamp::UNIX_EPOCH),
                "CHANGE#E1#1970-01-01T00:00:00.000000000Z",
            ),
            (Key::user(&acme(), &name, &employee("E1")), "USER#jo@acme.example#E1"),
            (Key::course(&acme(), TopicId(456)), "COURSE#456"),
            (Key::result(&acme(), EnrolmentId(9001)), "RESULT#9001"),
            (Key::run(&acme(), "0199"), "RUN#0199"),
            (Key::lease(&acme(), Job::ResultSweep), "LEASE#results-sweep"),
            (Key::breaker(&acme()), "BREAKER"),
            (Key::budget(&acme(), Vendor::TribalHabits), "BUDGET#tribal-habits"),
            (Key::alert(&acme(), "users"), "ALERT#users"),
            (
                Key::worklist(&acme(), "users", Timestamp::UNIX_EPOCH, 3),
                "WORKLIST#users#1970-01-01T00:00:00.000Z#0003",
            ),
            (
                Key::address(&acme(), &"HR@Acme.example".parse().expect("an address")),
                "ADDRESS#hr@acme.example",
            ),
        ];
        for (key, sk) in keys {
            assert_eq!((key.pk.as_str(), key.sk.as_str()), ("TENANT#acme", sk));
            assert_eq!(key.tenant(), Some(acme()));
        }
    }

    #[test]
    fn the_kind_of_an_item_names_nobody() {
        let name = "Jo@Acme.example".parse().expect("a user name");
        assert_eq!(Key::user(&acme(), &name, &employee("E1")).kind(), "USER");
        assert_eq!(Key::breaker(&acme()).kind(), "BREAKER");
    }

    #[test]
    fn the_summary_rows_share_one_partition() {
        let key = Key::summary(&acme());
        assert_eq!((key.pk.as_str(), key.sk.as_str()), ("FLEET", "TENANT#acme"));
        assert_eq!((key.tenant(), key.summarised()), (None, Some(acme())));
    }

    #[test]
    fn a_vendors_outage_belongs_to_the_fleet_and_to_no_customer() {
        let domain = VendorDomain::from_base_url(&"https://acme.example".parse().expect("a URL"));
        let key = Key::incident(Vendor::EmployeeConnect, &domain);
        assert_eq!(
            (key.pk.as_str(), key.sk.as_str()),
            ("FLEET", "INCIDENT#employee-connect#acme.example")
        );
        assert_eq!((key.tenant(), key.summarised()), (None, None));
        let past = Key::past_incident(Vendor::TribalHabits, &domain, Timestamp::UNIX_EPOCH);
        assert_eq!(past.sk, "PAST#tribal-habits#acme.example#1970-01-01T00:00:00Z");
        let of_an_older_version = Key::incident(Vendor::EmployeeConnect, &VendorDomain::default());
        assert_eq!(of_an_older_version.sk, "INCIDENT#employee-connect");
    }

    #[test]
    fn text_order_of_due_times_is_time_order() {
        let at = |text: &str| due_at(text.parse().expect("a timestamp"));
        assert_eq!(at("2026-03-02T00:00:00Z"), "2026-03-02T00:00:00.000Z");
        assert!(at("2026-03-02T00:00:00Z") < at("2026-03-02T00:00:00.25Z"));
        assert!(at("2026-03-02T00:00:00.25Z") < at("2026-03-02T00:00:01Z"));
        assert_eq!(at("2026-03-02T00:00:00.123456789Z"), "2026-03-02T00:00:00.123Z");
    }
}
