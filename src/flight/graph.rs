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

    /// Whether `actor` computes it.
    pub fn is_owned_by(&self, actor: ActorId) -> bool {
        self.owner() == actor
    }
}

/// What an actor is busy with.
struct Step {
    node: Arc<Node>,
    /// Whether it waits for the computation, or else computes.
    waits: bool,
}

#[derive(Default)]
struct Graph {
    /// What each actor is busy with, the innermost last. It may begin something while it waits: a
    /// signal handler does. What is above a computation has to end before that can.
    steps: HashMap<ActorId, Vec<Step>, RandomState>,
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
    graph.remove(node, actor, true);
    graph.own(node, actor);
}

/// Notes that a computation has ended, or waits for another owner.
pub fn release(node: &Arc<Node>) {
    let mut graph = GRAPH.lock();
    let owner = node.owner();
    node.owner.store(ActorId::NOBODY.0, Ordering::Relaxed);
    graph.remove(node, owner, false);
}

/// Notes that `actor` waits for a computation, unless that would close a cycle.
pub fn wait(node: &Arc<Node>, actor: ActorId) -> Result<(), Chain> {
    let mut graph = GRAPH.lock();
    if let Some(chain) = graph.cycle(node, actor) {
        return Err(chain);
    }
    graph.add(node, actor, true);
    Ok(())
}

/// Notes that `actor` waits for this computation no more. It may wait for others.
pub fn stop_waiting(node: &Arc<Node>, actor: ActorId) {
    GRAPH.lock().remove(node, actor, true);
}

impl Graph {
    fn own(&mut self, node: &Arc<Node>, actor: ActorId) {
        node.owner.store(actor.0, Ordering::Relaxed);
        self.add(node, actor, false);
    }

    fn add(&mut self, node: &Arc<Node>, actor: ActorId, waits: bool) {
        let node = Arc::clone(node);
        self.steps
            .entry(actor)
            .or_default()
            .push(Step { node, waits });
    }

    /// Removes the innermost such step, if there is one.
    fn remove(&mut self, node: &Arc<Node>, actor: ActorId, waits: bool) {
        let Some(steps) = self.steps.get_mut(&actor) else {
            return;
        };
        let is_meant = |step: &Step| step.waits == waits && Arc::ptr_eq(&step.node, node);
        if let Some(index) = steps.iter().rposition(is_meant) {
            steps.remove(index);
        }
        if steps.is_empty() {
            self.steps.remove(&actor);
        }
    }

    /// The way from `wanted` back to `actor`, over owners and what they wait for.
    fn cycle(&self, wanted: &Arc<Node>, actor: ActorId) -> Option<Chain> {
        let mut chain = Chain::new();
        let closes = self.leads_to(actor, wanted, &mut chain, &mut Vec::new());
        closes.then(|| {
            chain.push(Arc::clone(&wanted.label));
            chain
        })
    }

    /// Whether `node` needs `actor` to go on; if so, the computations between them are in `chain`.
    fn leads_to<'g>(
        &'g self,
        actor: ActorId,
        node: &'g Arc<Node>,
        chain: &mut Chain,
        seen: &mut Vec<&'g Arc<Node>>,
    ) -> bool {
        if seen.iter().any(|other| Arc::ptr_eq(other, node)) {
            return false;
        }
        seen.push(node);
        let length = chain.len();
        let is_the_end = node.is_owned_by(actor);
        for step in self.steps_from(node) {
            if !step.waits {
                chain.push(Arc::clone(&step.node.label));
            } else if !is_the_end && self.leads_to(actor, &step.node, chain, seen) {
                return true;
            }
        }
        if !is_the_end {
            chain.truncate(length);
        }
        is_the_end
    }

    /// What the owner of `node` is busy with since it computes it.
    fn steps_from(&self, node: &Arc<Node>) -> &[Step] {
        let steps = self.steps.get(&node.owner()).map_or(&[][..], Vec::as_slice);
        let start = steps
            .iter()
            .position(|step| !step.waits && Arc::ptr_eq(&step.node, node));
        &steps[start.unwrap_or(steps.len())..]
    }
}
