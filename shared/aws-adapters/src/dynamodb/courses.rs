//! Topics as last seen, each with its verdict and its course.

use aws_sdk_dynamodb::types::AttributeValue;
use habitsync_domain::courses::course::TopicRecord;
use habitsync_domain::identity::{CourseId, TopicId};
use habitsync_domain::jobs::job::Job;
use habitsync_workflows::ports::courses::{FindTopic, LoadTopics, MarkCourseBroken, SaveTopic};
use habitsync_workflows::ports::failure::ServiceFailure;
use habitsync_workflows::ports::lease::SaveFailure;

use super::item::{Item, text};
use super::keys::{BODY, Key, Prefix};
use super::{TenantTable, conditional};

impl LoadTopics for TenantTable {
    async fn load_topics(&self) -> Result<Vec<TopicRecord>, ServiceFailure> {
        Ok(self.all_readable(Prefix::Course).await?)
    }
}

impl FindTopic for TenantTable {
    async fn find_topic(&self, topic: TopicId) -> Result<Option<TopicRecord>, ServiceFailure> {
        Ok(self.table.get_body(&Key::course(&self.tenant, topic)).await?)
    }
}

impl SaveTopic for TenantTable {
    async fn save_topic(&self, record: &TopicRecord) -> Result<(), SaveFailure> {
        let item = Item::new(&Key::course(&self.tenant, record.topic)).with_body(record);
        let items = item.map(|item| vec![item]);
        self.write_under_lease(Job::CourseSync, items, &[]).await
    }
}

impl MarkCourseBroken for TenantTable {
    async fn mark_course_broken(&self, topic: TopicId, course: &CourseId) -> Result<(), ServiceFailure> {
        let key = Key::course(&self.tenant, topic);
        let names = [
            ("#body", BODY),
            ("#course", "course"),
            ("#id", "id"),
            ("#broken", "broken"),
        ];
        let values = vec![(":broken", AttributeValue::Bool(true)), (":id", text(&course.0))];
        let mark = self
            .table
            .update(&key, "#body.#course.#broken = :broken", &names, values);
        // A condition that fails means that the topic has another course by now, or none: that one is not known to be broken.
        Ok(conditional(mark.condition_expression("#body.#course.#id = :id"))
            .await
            .map(drop)?)
    }
}
