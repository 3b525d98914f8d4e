//! What the template lets each function do.

use serde_json::Value;

use crate::project::assert_none;
use crate::template::{application, functions, resources};

/// One statement of a role's policies, with the role's logical name.
struct Statement<'t> {
    role: &'t str,
    statement: &'t Value,
}

impl Statement<'_> {
    fn actions(&self) -> Vec<&str> {
        one_or_many(&self.statement["Action"])
            .into_iter()
            .map(|action| action.as_str().expect("an action"))
            .collect()
    }

    /// The resources, as they are written in the template.
    fn resources(&self) -> Vec<String> {
        one_or_many(&self.statement["Resource"])
            .into_iter()
            .map(Value::to_string)
            .collect()
    }
}

fn one_or_many(value: &Value) -> Vec<&Value> {
    value
        .as_array()
        .map_or_else(|| vec![value], |values| values.iter().collect())
}

fn statements(template: &Value) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    for (role, properties) in resources(template, "AWS::IAM::Role") {
        for policy in properties["Policies"].as_array().expect("policies") {
            let statements = policy["PolicyDocument"]["Statement"].as_array().expect("statements");
            found.extend(statements.iter().map(|statement| Statement { role, statement }));
        }
    }
    found
}

/// The logical name of a function's role.
fn role_of<'t>(template: &'t Value, folder: &str) -> &'t str {
    let role = functions(template)[folder].1["Role"]["Fn::GetAtt"]
        .as_str()
        .expect("a role of this template");
    role.trim_end_matches(".Arn")
}

#[test]
fn every_function_has_a_role_of_its_own_that_nothing_is_added_to() {
    let template = application();
    let mut roles: Vec<_> = functions(&template)
        .keys()
        .map(|folder| role_of(&template, folder))
        .collect();
    let functions = roles.len();
    roles.sort_unstable();
    roles.dedup();
    assert_eq!(roles.len(), functions, "two functions share a role");
    for (name, role) in resources(&template, "AWS::IAM::Role") {
        assert!(
            role.get("ManagedPolicyArns").is_none(),
            "{name} has a policy that others write"
        );
    }
}

#[test]
fn no_policy_allows_more_than_it_names() {
    let template = application();
    let mut offences = Vec::new();
    for statement in statements(&template) {
        let actions = statement
            .actions()
            .into_iter()
            .filter(|action| action.contains(['*', '?']));
        offences.extend(actions.map(|action| format!("{}: {action}", statement.role)));
        let resources = statement.resources();
        let wild = resources
            .into_iter()
            .filter(|resource| resource.contains('*') && !is_a_customers_secret(resource));
        offences.extend(wild.map(|resource| format!("{}: {resource}", statement.role)));
    }
    assert_none(&offences);
}

/// Whether a resource is one secret of any one customer: the customers' names are not known to the template.
fn is_a_customers_secret(resource: &str) -> bool {
    let secret = "secret:habitsync/${Stage}/*/";
    resource.matches('*').count() == 1
        && ["vendors", "webhook"].into_iter().any(|kind| {
            // Secrets Manager adds six characters to a name; one that does not exist is looked up without them.
            resource.contains(&format!("{secret}{kind}-??????\"")) || resource.contains(&format!("{secret}{kind}\""))
        })
}

#[test]
fn the_function_that_faces_the_internet_reads_only_the_webhooks_secrets_and_no_other_function_does() {
    let template = application();
    let facing = role_of(&template, "completion-webhook");
    let mut readers = 0;
    for statement in statements(&template) {
        if statement.actions().contains(&"secretsmanager:GetSecretValue") {
            let expected = if statement.role == facing { "webhook" } else { "vendors" };
            for resource in statement.resources() {
                assert!(
                    resource.contains(&format!("/*/{expected}")),
                    "{} reads {resource}",
                    statement.role
                );
            }
            readers += 1;
        }
    }
    assert_eq!(readers, 5, "five of the functions read secrets");
}

/// IAM looks before Secrets Manager does: a name that is not allowed is denied, whether it exists or not, and a secret that
/// does not exist is looked up under its bare name.
#[test]
fn a_secret_that_does_not_exist_is_answered_as_missing_and_not_as_forbidden() {
    for statement in statements(&application()) {
        if statement.actions().contains(&"secretsmanager:GetSecretValue") {
            let resources = statement.resources();
            let bare = resources.iter().any(|resource| !resource.contains("-??????"));
            let suffixed = resources.iter().any(|resource| resource.contains("-??????"));
            assert!(bare && suffixed, "{} may read {resources:?}", statement.role);
        }
    }
}

#[test]
fn the_function_that_faces_the_internet_changes_nothing_in_the_table() {
    let template = application();
    let facing = role_of(&template, "completion-webhook");
    let of_facing = statements(&template)
        .into_iter()
        .filter(|statement| statement.role == facing);
    let verbs: Vec<String> = of_facing
        .flat_map(|statement| statement.actions().into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let verbs: Vec<_> = verbs.iter().filter(|action| action.starts_with("dynamodb:")).collect();
    assert_eq!(verbs, ["dynamodb:GetItem"]);
}

#[test]
fn nobody_reads_the_whole_table() {
    let template = application();
    let scans = statements(&template)
        .into_iter()
        .filter(|statement| statement.actions().contains(&"dynamodb:Scan"));
    assert_none(&scans.map(|statement| statement.role.to_owned()).collect::<Vec<_>>());
}
