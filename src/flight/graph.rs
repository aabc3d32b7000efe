//! Who waits for whom: a cycle is found before anybody waits in it.
//!
//! One graph serves the whole process, since a cycle may lead over many functions. Its lock is
//! taken last and held for a few steps.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use ahash::RandomState;
use parking_lot::Mutex;

/// Somebody who computes or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ActorId(u64);

impl ActorId {
    const NOBODY: Self = Self(0);

    /// The thread that asks.
    #[must_use]
    pub fn current() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        thread_local! {
            static ID: ActorId = ActorId(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        ID.with(|id| *id)
    }
}

/// A computation as the graph sees it.
pub struct Node {
    label: Arc<str>,
    /// The actor that computes; nobody between two owners and at the end. Changed under the
    /// graph's lock.
    owner: AtomicU64,
}

impl Node {
    fn owner(&self) -> ActorId {
        ActorId(self.owner.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
struct Graph {
    waits: HashMap<ActorId, Arc<Node>, RandomState>,
    /// What each actor computes, the innermost last.
    computes: HashMap<ActorId, Vec<Arc<Node>>, RandomState>,
}

static GRAPH: LazyLock<Mutex<Graph>> = LazyLock::new(Mutex::default);

/// The calls of a cycle, from the one that was wanted back to it.
pub type Chain = Vec<Arc<str>>;

/// Notes that `actor` begins a computation.
pub fn compute(label: &Arc<str>, actor: ActorId) -> Arc<Node> {
    let node = Arc::new(Node {
        label: Arc::clone(label),
        owner: AtomicU64::new(ActorId::NOBODY.0),
    });
    GRAPH.lock().own(&node, actor);
    node
}

/// Notes that `actor`, who waited for a computation, does it now.
pub fn take_over(node: &Arc<Node>, actor: ActorId) {
    let mut graph = GRAPH.lock();
    graph.waits.remove(&actor);
    graph.own(node, actor);
}

/// Notes that a computation has ended, or waits for another owner.
pub fn release(node: &Arc<Node>) {
    GRAPH.lock().disown(node);
}

/// Notes that `actor` waits for a computation, unless that would close a cycle.
pub fn wait(node: &Arc<Node>, actor: ActorId) -> Result<(), Chain> {
    let mut graph = GRAPH.lock();
    if let Some(chain) = graph.cycle(node, actor) {
        return Err(chain);
    }
    graph.waits.insert(actor, Arc::clone(node));
    Ok(())
}

/// Notes that `actor` waits for this computation no more. It may wait for another by now.
pub fn stop_waiting(node: &Arc<Node>, actor: ActorId) {
    let mut graph = GRAPH.lock();
    let waited = graph.waits.get(&actor);
    if waited.is_some_and(|waited| Arc::ptr_eq(waited, node)) {
        graph.waits.remove(&actor);
    }
}

impl Graph {
    fn own(&mut self, node: &Arc<Node>, actor: ActorId) {
        node.owner.store(actor.0, Ordering::Relaxed);
        self.computes
            .entry(actor)
            .or_default()
            .push(Arc::clone(node));
    }

    fn disown(&mut self, node: &Arc<Node>) {
        let owner = node.owner();
        node.owner.store(ActorId::NOBODY.0, Ordering::Relaxed);
        let Some(computed) = self.computes.get_mut(&owner) else {
            return;
        };
        computed.retain(|other| !Arc::ptr_eq(other, node));
        if computed.is_empty() {
            self.computes.remove(&owner);
        }
    }

    /// The way from `wanted` back to `actor`, over owners and what they wait for.
    fn cycle(&self, wanted: &Arc<Node>, actor: ActorId) -> Option<Chain> {
        let mut chain = Chain::new();
        let mut node = wanted;
        loop {
            let owner = node.owner();
            self.add_computations(&mut chain, node, owner);
            if owner == actor {
                chain.push(Arc::clone(&wanted.label));
                return Some(chain);
            }
            node = self.waits.get(&owner)?;
        }
    }

    /// Adds a computation and those that its owner began inside it.
    fn add_computations(&self, chain: &mut Chain, node: &Arc<Node>, owner: ActorId) {
        let computed = self.computes.get(&owner).map_or(&[][..], Vec::as_slice);
        let start = computed.iter().position(|other| Arc::ptr_eq(other, node));
        let inner = &computed[start.unwrap_or(computed.len())..];
        chain.extend(inner.iter().map(|node| Arc::clone(&node.label)));
    }
}
