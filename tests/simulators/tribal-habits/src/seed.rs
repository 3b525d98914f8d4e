//! A portal as a generated company would have set it up: its knowledge, its custom fields, and two accounts that belong
//! to no employee.

use habitsync_fixtures::{self as fixtures, Company};
use serde_json::{Map, Value, json};

use crate::custom_field::CustomField;
use crate::portal::Portal;
use crate::topic::{AutoEnrolLink, Folder, Topic, TopicType};

impl Portal {
    /// Adds the company's topics, articles and custom fields, its administrator and an outside trainer.
    pub(crate) fn seed_from(&mut self, company: &Company) {
        self.add_custom_fields(custom_fields(company));
        company.topics.iter().map(topic).for_each(|topic| self.put_topic(topic));
        for account in outsiders(company) {
            // Seeded twice, the account is there already, and its refusal is right.
            drop(self.create_user(&account));
        }
    }
}

fn custom_fields(company: &Company) -> [CustomField; 5] {
    let divisions = company.divisions();
    let division_names = divisions.iter().map(|(_, name)| *name).chain(["Unassigned"]);
    [
        CustomField::string("Job Title"),
        CustomField::list("Location", company.locations()),
        CustomField::date("Start Date"),
        CustomField::list("Division", division_names),
        CustomField::string("Cost Centre"),
    ]
}

fn outsiders(company: &Company) -> Vec<Map<String, Value>> {
    let domain = &company.email_domain;
    let accounts = [
        json!({"user_name": format!("admin@{domain}"), "first_name": "Portal", "last_name": "Administrator",
               "email": format!("admin@{domain}")}),
        json!({"user_name": "trainer-1", "first_name": "Guest", "last_name": "Trainer",
               "email": "trainer@training-partner.example"}),
    ];
    accounts
        .into_iter()
        .filter_map(|account| account.as_object().cloned())
        .collect()
}

fn topic(from: &fixtures::Topic) -> Topic {
    Topic {
        id: from.id,
        code: from.code.clone(),
        r#type: match from.kind {
            fixtures::Knowledge::Topic => TopicType::Topic,
            fixtures::Knowledge::Article => TopicType::Article,
        },
        title: from.title.clone(),
        description: from.description.clone(),
        status: match from.folder {
            fixtures::Folder::Active => Folder::Active,
            fixtures::Folder::Draft => Folder::Draft,
            fixtures::Folder::Archived => Folder::Archived,
        },
        published_version: from.published_version.clone(),
        estimated_minutes: from.estimated_minutes,
        auto_enrol_links: from.links.iter().map(link).collect(),
        updated_at: from.updated_at,
    }
}

fn link(from: &fixtures::Link) -> AutoEnrolLink {
    AutoEnrolLink {
        reference: from.reference.clone(),
        url: from.url.clone(),
        active: from.active,
    }
}
