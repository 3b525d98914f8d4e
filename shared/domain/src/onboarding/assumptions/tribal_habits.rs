//! The assumptions about a Tribal Habits portal.

use super::Confidence::{Assumed, Documented, Inferred};
use super::ShownBy::{Overload, Reading, Webhook, Writing};
use super::{Assumption, Need, Unused};
use crate::vendors::vendor::Vendor;

const CLIENT: &str = "shared/tribal-habits/src/client.rs";
const WIRE: &str = "shared/tribal-habits/src/wire.rs";

/// `NAME = "id" (confidence, shown by, need, file) "what it says" [elements]`, each a constant and all of them a list.
macro_rules! assumptions {
    ($($name:ident = $id:literal ($confidence:expr, $shown_by:expr, $need:ident, $file:expr) $says:literal [$($element:literal),* $(,)?];)+) => {
        $(
            #[doc = concat!("The assumption `tribal_habits.", $id, "`.")]
            pub static $name: Assumption = Assumption {
                id: concat!("tribal_habits.", $id),
                vendor: Vendor::TribalHabits,
                confidence: $confidence,
                says: $says,
                elements: &[$($element),*],
                need: Need::$need,
                shown_by: $shown_by,
                file: $file,
            };
        )+
        /// Each of them.
        pub static ALL: &[&Assumption] = &[$(&$name),+];
    };
}

assumptions! {
    ADDRESS = "address" (Documented, Reading, Always, CLIENT)
        "the portal's API is under base_url, at /papi" [];
    CREDENTIALS = "credentials" (Documented, Reading, Always, CLIENT)
        "the API key is accepted, bare, in Authorization" ["response Unauthorised"];
    CLOCK = "clock" (Assumed, Reading, Signature, "shared/workflows/src/results/webhook_verification.rs")
        "its clock agrees with ours: a signature may be 300 s old" [];
    LIMIT = "limit" (Inferred, Reading, Always, "shared/domain/src/configuration/vendors.rs")
        "it takes requests_per_minute of ours" ["x-limits.scope"];
    OVERLOAD = "overload" (Assumed, Overload, Always, "shared/vendor-http/src/retry_after.rs")
        "after a 429 it answers again when Retry-After, or else 60 s, has passed"
        ["x-limits.retryAfterHeader", "response RateLimited"];

    USER_LIST = "users.list" (Documented, Reading, Always, WIRE)
        "users come under records, in pages that add up" ["UserPage.records"];
    USER_PAGE = "users.page" (Inferred, Reading, Always, CLIENT)
        "the parameter page chooses the page" ["GET /users?page"];
    USER_FIELDS = "users.fields" (Documented, Reading, Always, WIRE)
        "a user has user_name, names, email and active" [];
    USER_BY_NAME = "users.by_name" (Inferred, Reading, Always, CLIENT)
        "a user is found at /users/{user_name}" ["GET /users/{user_name}"];
    USER_DOTTED = "users.dotted_name" (Inferred, Reading, Always, CLIENT)
        "a dot in a user name is part of it, and no format suffix" ["GET /users/{user_name}"];
    USER_CASE = "users.letter_case" (Assumed, Reading, Always, "shared/domain/src/identity.rs")
        "user names are the same whatever their letter case" ["User.user_name"];
    USER_ABSENT = "users.absent" (Inferred, Reading, Always, "shared/tribal-habits/src/error.rs")
        "a user who is not there is a 404 whose error is \"not found\"" ["GET /users/{user_name} 404", "response NotFound"];
    USER_MATCHING = "users.matching" (Assumed, Reading, Always, "shared/domain/src/people/mapping.rs")
        "the portal's user names are what users.user_name gives" [];
    USER_CUSTOM_FIELDS = "users.custom_fields" (Documented, Reading, PortalFields, "shared/domain/src/people/user.rs")
        "the portal has the custom fields that are mapped" ["User.X-*"];
    USER_LISTS = "users.list_values" (Documented, Reading, PortalLists, "shared/domain/src/people/mapping.rs")
        "the portal's lists have the values that are written" ["User.X-*"];
    USER_CREATE = "users.create" (Inferred, Writing, Creating, CLIENT)
        "POST /users creates a user; fields it does not name are empty" ["POST /users"];
    USER_INVITATION = "users.invitation" (Assumed, Writing, Creating, CLIENT)
        "whether a create sends an invitation is unknown" ["POST /users"];
    USER_CHANGE = "users.change" (Inferred, Writing, Changing, CLIENT)
        "PUT changes the fields sent; active switches the account off and on"
        ["PUT /users/{user_name}", "PUT /users/{user_name} 404"];
    USER_RENAME = "users.rename" (Inferred, Writing, Renaming, CLIENT)
        "PUT with another user_name renames" ["PUT /users/{user_name}"];
    USER_CLEAR = "users.clear" (Assumed, Writing, Clearing, "shared/tribal-habits/src/port.rs")
        "\"\" clears a custom field, null a manager" ["User.X-*"];
    USER_REFUSAL = "users.refusal" (Assumed, Writing, Always, WIRE)
        "a 422 names the fields it is about under errors"
        ["POST /users 422", "PUT /users/{user_name} 422", "response Invalid"];

    TOPIC_LIST = "topics.list" (Inferred, Reading, Courses, CLIENT)
        "topics come under records, in pages that add up" ["GET /topics", "GET /topics?page", "TopicPage.records"];
    TOPIC_FIELDS = "topics.fields" (Assumed, Reading, Courses, WIRE)
        "a topic has id, code, title and description; codes are unique"
        ["Topic.id", "Topic.code", "Topic.title", "Topic.description"];
    TOPIC_KIND = "topics.kind" (Assumed, Reading, Courses, "shared/tribal-habits/src/port.rs")
        "type tells topics from articles" ["Topic.type"];
    TOPIC_FOLDER = "topics.folder" (Assumed, Reading, Courses, "shared/tribal-habits/src/port.rs")
        "status is the folder: active, draft or archived" ["Topic.status"];
    TOPIC_VERSION = "topics.version" (Assumed, Reading, Courses, "shared/domain/src/courses/topic.rs")
        "published_version is 1.0 or later once published" ["Topic.published_version"];
    TOPIC_LINKS = "topics.auto_enrol_links" (Assumed, Reading, Courses, WIRE)
        "topics carry their auto-enrol links"
        ["Topic.auto_enrol_links", "Topic.auto_enrol_links[].url", "Topic.auto_enrol_links[].active"];
    TOPIC_REFERENCE = "topics.reference" (Assumed, Reading, Courses, WIRE)
        "links are labelled with courses.reference" ["Topic.auto_enrol_links[].reference"];
    TOPIC_LAUNCH_URLS = "topics.launch_urls" (Assumed, Reading, LaunchUrls, "shared/domain/src/courses/topic.rs")
        "the codes of courses.launch_urls are topics'" [];

    ENROLMENT_LIST = "enrolments.list" (Assumed, Reading, Sweep, CLIENT)
        "enrolments are listed under records, in pages that add up"
        ["GET /enrolments", "GET /enrolments?page", "EnrolmentPage.records"];
    ENROLMENT_SINCE = "enrolments.completed_since" (Assumed, Reading, Sweep, CLIENT)
        "completed_since leaves out what was completed before" ["GET /enrolments?completed_since"];
    ENROLMENT_FIELDS = "enrolments.fields" (Assumed, Reading, Completions, WIRE)
        "an enrolment says whose it is, of what, and when it was conquered"
        ["Enrolment.id", "Enrolment.type", "Enrolment.knowledge_id", "Enrolment.knowledge_code", "Enrolment.status",
         "Enrolment.user", "Enrolment.user.user_name", "Enrolment.completed_at", "Enrolment.training_minutes"];
    ENROLMENT_BY_ID = "enrolments.by_id" (Assumed, Reading, ReadBack, CLIENT)
        "an enrolment is found at /enrolments/{id}" ["GET /enrolments/{id}"];
    ENROLMENT_ABSENT = "enrolments.absent" (Assumed, Reading, ReadBack, "shared/tribal-habits/src/error.rs")
        "an enrolment that is not there is a 404 whose error is \"not found\"" ["GET /enrolments/{id} 404", "response NotFound"];

    WEBHOOK_PAYLOAD = "webhook.payload" (Assumed, Webhook, Results, "shared/workflows/src/results/event.rs")
        "a webhook brings event, id and the enrolment"
        ["webhook enrolmentCompleted: payload", "webhook enrolmentCompleted body.event",
         "webhook enrolmentCompleted body.id", "webhook enrolmentCompleted body.occurred_at",
         "webhook enrolmentCompleted body.enrolment"];
    WEBHOOK_SIGNING = "webhook.signing" (Assumed, Webhook, Signature, "shared/workflows/src/results/webhook_verification.rs")
        "webhooks are signed by Standard Webhooks" ["webhook enrolmentCompleted: signing"];
    WEBHOOK_TOKEN = "webhook.token" (Assumed, Webhook, Token, "shared/workflows/src/results/webhook_verification.rs")
        "webhooks carry the shared token in Authorization" ["webhook enrolmentCompleted: signing"];
}

/// Elements of the contract that nothing depends on.
pub static UNUSED: &[Unused] = &[
    Unused {
        element: "GET /topics/{id}",
        why: "topics are read as a list only",
    },
    Unused {
        element: "GET /topics/{id} 404",
        why: "topics are read as a list only",
    },
    Unused {
        element: "response AnyError",
        why: "any other status is a failure, whatever its body",
    },
    Unused {
        element: "Topic.estimated_minutes",
        why: "not read",
    },
    Unused {
        element: "Topic.updated_at",
        why: "not read: topics are compared by what they say",
    },
    Unused {
        element: "Enrolment.knowledge_title",
        why: "not read: the course has the title",
    },
    Unused {
        element: "Enrolment.user.email",
        why: "not read: people are known by user name",
    },
    Unused {
        element: "Enrolment.enrolled_at",
        why: "not read",
    },
];
