//! The allowed dependencies: inwards only, and on each heavy library through one crate.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use toml::{Table, Value};

use crate::project::{assert_none, root, text};

/// The workspace's packages with everything beneath them.
struct Graph {
    metadata: Metadata,
    /// What each package is compiled with; dependencies of its tests are left out.
    edges: BTreeMap<PackageId, Vec<PackageId>>,
}

impl Graph {
    fn load() -> Self {
        let metadata = MetadataCommand::new()
            .manifest_path(root().join("Cargo.toml"))
            .exec()
            .expect("cargo metadata");
        let nodes = &metadata.resolve.as_ref().expect("a resolved graph").nodes;
        let edges = nodes.iter().map(|node| {
            let is_compiled_with = |kinds: &[cargo_metadata::DepKindInfo]| {
                kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
            };
            let beneath = node
                .deps
                .iter()
                .filter(|dep| is_compiled_with(&dep.dep_kinds))
                .map(|dep| dep.pkg.clone());
            (node.id.clone(), beneath.collect())
        });
        Self {
            edges: edges.collect(),
            metadata,
        }
    }

    fn package(&self, name: &str) -> &Package {
        let found = self
            .metadata
            .workspace_packages()
            .into_iter()
            .find(|package| package.name == name);
        found.unwrap_or_else(|| panic!("there is no package {name}"))
    }

    fn name(&self, id: &PackageId) -> String {
        self.metadata[id].name.to_string()
    }

    /// The names of everything that the package is compiled with, directly or not.
    fn beneath(&self, name: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![self.package(name).id.clone()];
        while let Some(id) = waiting.pop() {
            waiting.extend(
                self.edges[&id]
                    .iter()
                    .filter(|below| seen.insert((*below).clone()))
                    .cloned(),
            );
        }
        seen.iter().map(|id| self.name(id)).collect()
    }

    /// The workspace's packages that lie in one of these folders.
    fn in_folders(&self, folders: &[&str]) -> Vec<&Package> {
        let lies_in = |package: &&Package| {
            let path = package
                .manifest_path
                .strip_prefix(root())
                .expect("inside the workspace");
            folders.iter().any(|folder| path.starts_with(folder))
        };
        let found: Vec<_> = self.metadata.workspace_packages().into_iter().filter(lies_in).collect();
        assert!(!found.is_empty(), "no package lies in {folders:?}");
        found
    }
}

/// The packages beneath `name` that `is_foreign` says should not be there.
fn offences(graph: &Graph, name: &str, is_foreign: impl Fn(&str) -> bool) -> Vec<String> {
    let beneath = graph.beneath(name);
    beneath
        .into_iter()
        .filter(|below| is_foreign(below))
        .map(|below| format!("{name} stands on {below}"))
        .collect()
}

fn is_cloud(package: &str) -> bool {
    ["aws-", "aws_", "lambda_"]
        .iter()
        .any(|prefix| package.starts_with(prefix))
}

fn is_network(package: &str) -> bool {
    ["reqwest", "hyper", "hyper-util", "rustls", "axum"].contains(&package)
}

/// Packages named in a manifest for code that ships, not for its tests.
fn shipped(package: &Package) -> impl Iterator<Item = &str> {
    let dependencies = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development);
    dependencies.map(|dependency| dependency.name.as_str())
}

#[test]
fn the_domain_has_no_clock_no_network_and_no_cloud_beneath_it() {
    let is_foreign = |package: &str| package == "tokio" || is_network(package) || is_cloud(package);
    assert_none(&offences(&Graph::load(), "habitsync-domain", is_foreign));
}

#[test]
fn the_use_cases_know_no_network_and_no_cloud() {
    assert_none(&offences(&Graph::load(), "habitsync-workflows", |package| {
        is_network(package) || is_cloud(package)
    }));
}

#[test]
fn dependencies_among_our_own_crates_point_inwards() {
    let graph = Graph::load();
    let inwards: [(&str, &[&str]); 4] = [
        ("habitsync-domain", &[]),
        ("habitsync-workflows", &["habitsync-domain"]),
        ("habitsync-vendor-http", &["habitsync-domain", "habitsync-workflows"]),
        ("habitsync-lambda-support", &["habitsync-domain", "habitsync-workflows"]),
    ];
    let is_outside = |allowed: &[&str], below: &str| below.starts_with("habitsync-") && !allowed.contains(&below);
    let found = inwards
        .iter()
        .flat_map(|(name, allowed)| offences(&graph, name, |below| is_outside(allowed, below)));
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn the_two_clients_know_nothing_of_each_other() {
    let graph = Graph::load();
    let (habits, connect) = ("habitsync-tribal-habits", "habitsync-employee-connect");
    let mut found = offences(&graph, habits, |package| package == connect);
    found.extend(offences(&graph, connect, |package| package == habits));
    assert_none(&found);
}

#[test]
fn the_simulators_share_no_code_with_what_they_test() {
    let graph = Graph::load();
    let shared: Vec<_> = graph
        .in_folders(&["shared", "functions"])
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let simulators = graph.in_folders(&["tests/simulators", "tests/fixtures"]);
    let found = simulators.iter().flat_map(|simulator| {
        offences(&graph, &simulator.name, |package| {
            shared.iter().any(|shared| shared == package)
        })
    });
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn no_function_and_no_library_ships_a_simulator_or_the_local_stack() {
    let graph = Graph::load();
    let for_tests: Vec<_> = graph
        .in_folders(&["tests", "infra/local"])
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let found = graph
        .in_folders(&["functions", "shared", "infra/operator"])
        .into_iter()
        .flat_map(|package| {
            offences(&graph, &package.name, |below| {
                for_tests.iter().any(|test| test == below)
            })
        });
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn only_the_adapters_name_an_aws_sdk() {
    let graph = Graph::load();
    let others = graph
        .metadata
        .workspace_packages()
        .into_iter()
        .filter(|package| package.name != "habitsync-aws-adapters");
    let found = others.flat_map(|package| {
        let named = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.name.starts_with("aws-sdk-"));
        named.map(|dependency| format!("{} names {}", package.name, dependency.name))
    });
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn only_vendor_http_builds_an_http_client() {
    let graph = Graph::load();
    let ours = graph
        .in_folders(&["functions", "shared"])
        .into_iter()
        .filter(|package| package.name != "habitsync-vendor-http");
    let found = ours
        .filter(|package| shipped(package).any(is_network))
        .map(|package| package.name.to_string());
    assert_none(&found.collect::<Vec<_>>());
}

#[test]
fn nothing_that_deny_toml_bans_is_depended_on() {
    let graph = Graph::load();
    let rules: Table = text("deny.toml").parse().expect("deny.toml");
    let bans = rules["bans"]["deny"].as_array().expect("a list of bans");
    let names: Vec<_> = bans.iter().map(|ban| ban["crate"].as_str().expect("a crate")).collect();
    assert!(names.contains(&"aws-lc-rs"), "the bans were not read: {names:?}");
    let found = bans.iter().flat_map(|ban| wrongly_named_by(&graph, ban));
    assert_none(&found.collect::<Vec<_>>());
}

/// Packages compiled with the banned one, other than those that the ban excepts.
fn wrongly_named_by(graph: &Graph, ban: &Value) -> Vec<String> {
    let banned = ban["crate"].as_str().expect("a crate");
    let excepted: Vec<_> = ban
        .get("wrappers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let users = graph
        .edges
        .iter()
        .filter(|(_, below)| below.iter().any(|id| graph.name(id) == banned));
    let names = users
        .map(|(user, _)| graph.name(user))
        .filter(|user| !excepted.contains(&user.as_str()));
    names
        .map(|user| format!("{user} brings in {banned}; use {}", ban["use-instead"]))
        .collect()
}
