//! The order of writes: what frees a user name or an e-mail before what takes it, and managers before their reports.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::names::{gives_up, takes};
use super::organisation::{Named, Organisation};
use super::unique::Unique;
use super::{Action, Step};
use crate::identity::EmployeeId;

/// Sorts the actions; among those that may come in any order, the given one is kept.
pub(super) fn order(actions: &mut Vec<Action>, organisation: &Organisation<'_>) {
    let (mut first, rest): (Vec<_>, Vec<_>) = std::mem::take(actions).into_iter().partition(comes_first);
    // Deactivations first, then actions that cost no request, then the rest.
    first.sort_by_key(|action| matches!(action.step, Step::Remember { .. }));
    let order = topological(&graph(&rest, organisation));
    let mut rest: Vec<_> = rest.into_iter().map(Some).collect();
    first.extend(order.into_iter().filter_map(|index| rest[index].take()));
    *actions = first;
}

fn comes_first(action: &Action) -> bool {
    match action.step {
        Step::Deactivate { .. } | Step::GiveUp { .. } | Step::Remember { .. } => true,
        Step::Change { .. } | Step::Create(_) => false,
    }
}

/// Returns which action must come before which. Managers first is only a preference: where it contradicts a name that
/// must be freed first, it is dropped.
fn graph(actions: &[Action], organisation: &Organisation<'_>) -> DiGraph<(), ()> {
    let names = name_edges(actions);
    let managers = manager_edges(actions, organisation);
    let mut graph = DiGraph::with_capacity(actions.len(), names.len() + managers.len());
    for _ in actions {
        graph.add_node(());
    }
    graph.extend_with_edges(names.iter().chain(&managers));
    let tangled = kosaraju_scc(&graph);
    if tangled.len() == actions.len() {
        return graph;
    }
    let mut component = vec![0; actions.len()];
    for (number, nodes) in tangled.iter().enumerate() {
        for node in nodes {
            component[node.index()] = number;
        }
    }
    let is_free = |(manager, report): &&(u32, u32)| component[*manager as usize] != component[*report as usize];
    graph.clear_edges();
    graph.extend_with_edges(names.iter().chain(managers.iter().filter(is_free)));
    graph
}

/// Returns the edges from each action that gives up a name or an e-mail to the one that takes it.
fn name_edges(actions: &[Action]) -> Vec<(u32, u32)> {
    let mut givers = HashMap::new();
    for (index, action) in (0_u32..).zip(actions) {
        for what in Unique::BOTH {
            if let Some(key) = gives_up(action, what) {
                givers.insert((what, key), index);
            }
        }
    }
    if givers.is_empty() {
        return Vec::new();
    }
    let taken = (0_u32..).zip(actions).flat_map(|(index, action)| {
        let keys = Unique::BOTH.map(|what| Some((what, takes(action, what)?)));
        keys.into_iter().flatten().map(move |key| (key, index))
    });
    taken
        .filter_map(|(key, taker)| Some((*givers.get(&key)?, taker)).filter(|(giver, taker)| giver != taker))
        .collect()
}

/// From each manager to each of their reports.
fn manager_edges(actions: &[Action], organisation: &Organisation<'_>) -> Vec<(u32, u32)> {
    let indices: HashMap<&EmployeeId, u32> = actions.iter().map(|action| &action.employee_id).zip(0_u32..).collect();
    let manager_of = |id: &EmployeeId| match organisation.manager(organisation.position(id)?) {
        Named::At(manager) => organisation
            .employee(manager)
            .and_then(|manager| indices.get(manager.id())),
        Named::Nobody | Named::Unknown | Named::Oneself => None,
    };
    let reports = (0_u32..).zip(actions);
    reports
        .filter_map(|(report, action)| Some((*manager_of(&action.employee_id)?, report)))
        .collect()
}

/// Kahn's algorithm; of those that may come next, the first given comes.
fn topological(graph: &DiGraph<(), ()>) -> Vec<usize> {
    let mut before: Vec<usize> = graph
        .node_indices()
        .map(|node| graph.neighbors_directed(node, petgraph::Incoming).count())
        .collect();
    let free = graph.node_indices().filter(|node| before[node.index()] == 0);
    let mut next: BinaryHeap<_> = free.map(|node| Reverse(node.index())).collect();
    let mut order = Vec::with_capacity(before.len());
    while let Some(Reverse(index)) = next.pop() {
        order.push(index);
        for follower in graph.neighbors(NodeIndex::new(index)) {
            before[follower.index()] -= 1;
            if before[follower.index()] == 0 {
                next.push(Reverse(follower.index()));
            }
        }
    }
    order
}
