//! What a customer is told of completions that did not become results.

use habitsync_domain::courses::course::{TopicRecord, TopicState};
use habitsync_domain::identity::{EnrolmentId, TopicCode, TopicId};
use habitsync_domain::people::link::Person;
use habitsync_domain::people::user::UserFields;
use habitsync_domain::results::completion::{Completion, CompletionSource};
use habitsync_domain::results::parked::cause_of_end;
use habitsync_domain::results::result::{ParkedOn, ResultRecord, ResultState};
use habitsync_fixtures::Company;
use habitsync_in_memory::WaitingResult;
use habitsync_workflows::notifications::{Notified, Subject, Worklist, results_worklist};
use habitsync_workflows::ports::clock::Now;
use jiff::SignedDuration;

use crate::customer::Customer;

impl Customer {
    fn dead(&self, enrolment: i64, user_name: &str, cause: &str, days_ago: i64) {
        let completion = Completion {
            enrolment: EnrolmentId(enrolment),
            topic: TopicId(456),
            topic_code: None,
            user_name: user_name.parse().expect("a user name"),
            completed_at: self.clock.now() - SignedDuration::from_hours(24 * days_ago),
            training_minutes: None,
            source: CompletionSource::Signature,
        };
        let record = ResultRecord {
            completion,
            state: ResultState::Dead {
                tried: None,
                cause: cause.to_owned(),
            },
            attempts: 3,
        };
        let stored = WaitingResult { record, due_at: None };
        self.table.state().results.insert(EnrolmentId(enrolment), stored);
    }

    fn knows_jo_and_the_topic(&self) {
        let jo = Person {
            employee_id: "E1".parse().expect("an id"),
            user_name: "jo@acme.com.au".parse().expect("a user name"),
            former_names: Vec::new(),
            active: true,
            fields: UserFields::default(),
            last_change: None,
            removed: None,
            marks: habitsync_domain::approvals::ChangeMarks::default(),
            rewrites: std::collections::BTreeMap::new(),
        };
        let topic = TopicRecord {
            topic: TopicId(456),
            code: TopicCode("TH-9-456".to_owned()),
            title: "Working at heights".to_owned(),
            state: TopicState::Qualifies,
            course: None,
            seen_at: self.clock.now(),
            release_due: false,
        };
        let mut state = self.table.state();
        state.people.insert(jo.employee_id.clone(), jo);
        state.topics.insert(topic.topic, topic);
    }

    /// What a company might have lost, for a sample: two completions without a course, one of a stranger, one that was refused.
    pub(crate) fn has_lost_results(&self, company: &Company) {
        let people: Vec<_> = company.current().take(2).collect();
        let no_course = cause_of_end(&ParkedOn::Topic(TopicId(456)));
        let nobody = cause_of_end(&ParkedOn::User("x@y.example".parse().expect("a user name")));
        self.knows_jo_and_the_topic();
        for (number, person) in (0_i64..).zip(&people) {
            let user_name = person.work_email.clone().expect("has an address");
            self.dead(9000 + number, &user_name, no_course, 31 + number);
            self.link(person, &user_name);
        }
        let stranger = format!("temp.desk@{}", company.email_domain);
        self.dead(9100, &stranger, nobody, 33);
        let refused = "EmployeeConnect refused the request (fields: completionDate): 422";
        self.dead(
            9200,
            people[0].work_email.as_deref().expect("has an address"),
            refused,
            2,
        );
    }

    fn link(&self, person: &habitsync_fixtures::Person, user_name: &str) {
        let names = [("first_name", &person.first_name), ("last_name", &person.last_name)];
        let fields = names.map(|(field, name)| (field.parse().expect("a field"), name.clone()));
        let linked = Person {
            employee_id: person.employee_id.parse().expect("an id"),
            user_name: user_name.parse().expect("a user name"),
            former_names: Vec::new(),
            active: true,
            fields: UserFields(fields.into_iter().collect()),
            last_change: None,
            removed: None,
            marks: habitsync_domain::approvals::ChangeMarks::default(),
            rewrites: std::collections::BTreeMap::new(),
        };
        self.table.state().people.insert(linked.employee_id.clone(), linked);
    }

    pub(crate) async fn results(&self) -> Worklist {
        let worklist = results_worklist(&self.table, &self.configuration, self.clock.now()).await;
        worklist.expect("lists")
    }
}

#[tokio::test]
async fn what_the_customer_can_mend_is_to_be_done_and_what_is_ours_is_good_to_know() {
    let customer = Customer::new();
    customer.knows_jo_and_the_topic();
    let no_course = cause_of_end(&ParkedOn::Topic(TopicId(456)));
    let nobody = cause_of_end(&ParkedOn::User("x@y.example".parse().expect("a user name")));
    customer.dead(9001, "jo@acme.com.au", no_course, 31);
    customer.dead(9002, "stranger@acme.com.au", nobody, 31);
    customer.dead(
        9003,
        "jo@acme.com.au",
        "EmployeeConnect refused the request (fields: date): 422",
        3,
    );
    let worklist = customer.results().await;
    assert_eq!(worklist.len(), 2);
    customer.tell_about(Subject::Results, &worklist, true).await;
    customer.newest().assert_says(&[
        "COMPLETIONS OF TOPICS THAT HAD NO COURSE (1)",
        "employee E1, employee E1 topic Working at heights completed 2 October 2026",
        "COMPLETIONS OF PEOPLE WHO ARE NOT IN EMPLOYEECONNECT (1)",
        "stranger@acme.com.au, enrolment 9002",
        "GOOD TO KNOW",
        "COMPLETIONS THAT EMPLOYEECONNECT DID NOT TAKE (1)",
        "because EmployeeConnect refused the request",
        "we look into it and send them again",
    ]);
}

#[tokio::test]
async fn what_was_sent_again_is_cleared_and_what_is_very_old_is_told_no_more() {
    let customer = Customer::new();
    let no_course = cause_of_end(&ParkedOn::Topic(TopicId(456)));
    customer.dead(9001, "jo@acme.com.au", no_course, 31);
    customer.dead(9002, "jo@acme.com.au", no_course, 100);
    let worklist = customer.results().await;
    assert_eq!(worklist.len(), 1);
    customer.tell_about(Subject::Results, &worklist, true).await;
    customer.table.state().results.clear();
    let worklist = customer.results().await;
    assert_eq!(
        customer.tell_about(Subject::Results, &worklist, true).await,
        Notified::AllClear
    );
}
