//! Who waits for whom: a cycle is found before anybody waits in it.
//!
//! A computation goes on when all has ended that was begun on its behalf: what its thread does since it
//! began, as a thread does one thing at a time, and what the tasks and threads do that have inherited its
//! context. A task leaves its thread to others when it waits; a plain call does not.
//!
//! One graph serves the whole process, since a cycle may lead over many functions. Its lock is
//! taken last and held for a few steps.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use ahash::RandomState;
use parking_lot::Mutex;

/// A thread that computes or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ThreadId(u64);

impl ThreadId {
    fn current() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        thread_local! {
            static ID: ThreadId = ThreadId(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        ID.with(|id| *id)
    }
}

/// One owner's computation. Numbers grow with time, those of steps included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ComputationId(u64);

impl ComputationId {
    const NONE: Self = Self(0);
}

impl From<u64> for ComputationId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<ComputationId> for u64 {
    fn from(id: ComputationId) -> Self {
        id.0
    }
}

/// Where a task runs: an event loop, by what tells it from the others there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home(usize);

impl From<usize> for Home {
    fn from(number: usize) -> Self {
        Self(number)
    }
}

/// Who asks for an outcome.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    thread: ThreadId,
    /// The computation on whose behalf it asks.
    within: Option<ComputationId>,
    /// Whether its thread goes on with something else while it waits.
    is_task: bool,
    home: Option<Home>,
    /// Whether nobody sees to it that it goes on: its event loop may have been stopped, with nobody the wiser.
    is_in_background: bool,
}

impl Caller {
    /// A call that keeps this thread until it has its outcome.
    #[must_use]
    pub fn plain(within: Option<ComputationId>) -> Self {
        Self {
            thread: ThreadId::current(),
            within,
            is_task: false,
            home: None,
            is_in_background: false,
        }
    }

    /// A task that runs on this thread.
    #[must_use]
    pub fn task(within: Option<ComputationId>) -> Self {
        Self {
            is_task: true,
            ..Self::plain(within)
        }
    }

    /// The same in an event loop.
    #[must_use]
    pub fn at(self, home: Home) -> Self {
        Self {
            home: Some(home),
            ..self
        }
    }

    /// The same as a task of which its event loop does not know that others wait.
    #[must_use]
    pub fn in_background(self) -> Self {
        Self {
            is_in_background: true,
            ..self
        }
    }

    /// Where it runs.
    pub fn home(self) -> Option<Home> {
        self.home
    }

    /// Those who may wait for it, if not everybody may.
    pub fn only_for(self) -> Option<Home> {
        self.home.filter(|_| self.is_in_background)
    }
}

/// What callers wait for, whoever computes it.
pub struct Node {
    label: Arc<str>,
    /// The computation that is under way; none between two owners and at the end. Changed under
    /// the graph's lock.
    current: AtomicU64,
}

impl Node {
    /// The computation that is under way.
    pub fn computation(&self) -> Option<ComputationId> {
        let id = ComputationId(self.current.load(Ordering::Relaxed));
        (id != ComputationId::NONE).then_some(id)
    }
}

/// A computation that is under way.
struct Active {
    label: Arc<str>,
    owner: Caller,
    /// What is done on its behalf.
    steps: Vec<Step>,
}

/// What somebody is busy with.
#[derive(Clone)]
struct Step {
    number: u64,
    action: Action,
}

#[derive(Clone)]
enum Action {
    Computes(ComputationId),
    Waits(Arc<Node>),
}

impl Step {
    fn is_computation(&self, id: ComputationId) -> bool {
        matches!(self.action, Action::Computes(other) if other == id)
    }

    fn is_wait(&self, node: &Arc<Node>) -> bool {
        matches!(&self.action, Action::Waits(other) if Arc::ptr_eq(other, node))
    }
}

#[derive(Default)]
struct Graph {
    active: HashMap<ComputationId, Active, RandomState>,
    /// What keeps each thread busy, the innermost last. It may begin something while it waits: a
    /// signal handler does.
    threads: HashMap<ThreadId, Vec<Step>, RandomState>,
    last: u64,
}

static GRAPH: LazyLock<Mutex<Graph>> = LazyLock::new(Mutex::default);

/// The calls of a cycle, from the one that was wanted back to it.
pub type Chain = Vec<Arc<str>>;

/// Notes that `caller` begins a computation.
pub fn compute(label: &Arc<str>, caller: Caller) -> Arc<Node> {
    let node = Arc::new(Node {
        label: Arc::clone(label),
        current: AtomicU64::new(ComputationId::NONE.0),
    });
    GRAPH.lock().own(&node, caller);
    node
}

/// Notes that `caller`, who has waited for a computation, does it now. That it waited is noted until
/// [`stop_waiting`]: another may wait on behalf of the same computation, and its step looks the same.
pub fn take_over(node: &Arc<Node>, caller: Caller) {
    GRAPH.lock().own(node, caller);
}

/// Notes that a computation has ended, or waits for another owner.
pub fn release(node: &Arc<Node>) {
    let mut graph = GRAPH.lock();
    let id = ComputationId(node.current.swap(ComputationId::NONE.0, Ordering::Relaxed));
    let ended = graph.active.remove(&id);
    if let Some(active) = &ended {
        graph.remove(active.owner, |step| step.is_computation(id));
    }
    drop(graph);
}

/// Notes that `caller` waits for a computation, unless that would close a cycle.
pub fn wait(node: &Arc<Node>, caller: Caller) -> Result<(), Chain> {
    let mut graph = GRAPH.lock();
    if let Some(chain) = graph.cycle(node, caller) {
        return Err(chain);
    }
    graph.add(caller, |_| Action::Waits(Arc::clone(node)));
    Ok(())
}

/// Notes that `caller` waits for this computation no more. It may wait for others.
pub fn stop_waiting(node: &Arc<Node>, caller: Caller) {
    GRAPH.lock().remove(caller, |step| step.is_wait(node));
}

/// Whether the computation cannot end before `caller` goes on.
pub fn is_held_by(node: &Node, caller: Caller) -> bool {
    let graph = GRAPH.lock();
    node.computation().is_some_and(|id| graph.holds(caller, id))
}

impl Graph {
    fn own(&mut self, node: &Arc<Node>, caller: Caller) {
        let id = self.add(caller, Action::Computes);
        node.current.store(id.0, Ordering::Relaxed);
        let active = Active {
            label: Arc::clone(&node.label),
            owner: caller,
            steps: Vec::new(),
        };
        self.active.insert(id, active);
    }

    fn add(
        &mut self,
        caller: Caller,
        action: impl FnOnce(ComputationId) -> Action,
    ) -> ComputationId {
        self.last += 1;
        let id = ComputationId(self.last);
        let step = Step {
            number: self.last,
            action: action(id),
        };
        let above = caller.within.and_then(|id| self.active.get_mut(&id));
        if let Some(above) = above {
            above.steps.push(step.clone());
        }
        if !caller.is_task {
            self.threads.entry(caller.thread).or_default().push(step);
        }
        id
    }

    /// Removes the innermost such step of a caller, if there is one.
    fn remove(&mut self, caller: Caller, is_meant: impl Fn(&Step) -> bool) {
        let above = caller.within.and_then(|id| self.active.get_mut(&id));
        if let Some(above) = above {
            remove_last(&mut above.steps, &is_meant);
        }
        if !caller.is_task
            && let Some(steps) = self.threads.get_mut(&caller.thread)
        {
            remove_last(steps, &is_meant);
            if steps.is_empty() {
                self.threads.remove(&caller.thread);
            }
        }
    }

    /// Whether the computation cannot end before `caller` goes on.
    fn holds(&self, caller: Caller, id: ComputationId) -> bool {
        let shares_thread = |active: &Active| active.owner.thread == caller.thread;
        let is_under_it = !caller.is_task && self.active.get(&id).is_some_and(shares_thread);
        is_under_it || self.lineage(caller).any(|(ancestor, _)| ancestor == id)
    }

    /// The computations on whose behalf somebody asks, the innermost first. Behind one that has
    /// ended there is none: nobody waited for what it had begun.
    fn lineage(&self, caller: Caller) -> impl Iterator<Item = (ComputationId, &Active)> {
        let of = |id: Option<ComputationId>| {
            let id = id?;
            Some((id, self.active.get(&id)?))
        };
        std::iter::successors(of(caller.within), move |(_, active)| {
            of(active.owner.within)
        })
    }

    /// The way from `wanted` back to `caller`, over computations and what they wait for.
    fn cycle(&self, wanted: &Node, caller: Caller) -> Option<Chain> {
        let mut way = Vec::new();
        let wanted_id = wanted.computation()?;
        if !self.leads_to(caller, wanted_id, &mut way, &mut Vec::new()) {
            return None;
        }
        let label = |id: &ComputationId| Some(Arc::clone(&self.active.get(id)?.label));
        let mut chain: Chain = way.iter().filter_map(label).collect();
        chain.push(Arc::clone(&wanted.label));
        Some(chain)
    }

    /// Whether a computation needs `caller` to go on; if so, those between them are in `way`.
    fn leads_to(
        &self,
        caller: Caller,
        id: ComputationId,
        way: &mut Vec<ComputationId>,
        seen: &mut Vec<ComputationId>,
    ) -> bool {
        if seen.contains(&id) {
            return false;
        }
        seen.push(id);
        way.push(id);
        if self.holds(caller, id) {
            way.extend(self.begun_since(caller, id));
            return true;
        }
        let leads = self
            .obstacles(id)
            .any(|obstacle| self.leads_to(caller, obstacle, way, seen));
        if !leads {
            way.pop();
        }
        leads
    }

    /// The computations that have to end before this one can.
    fn obstacles(&self, id: ComputationId) -> impl Iterator<Item = ComputationId> {
        let active = self.active.get(&id);
        let own = active.map_or(&[][..], |active| &active.steps);
        let thread = active.and_then(|active| self.threads.get(&active.owner.thread));
        let later = thread
            .into_iter()
            .flatten()
            .filter(move |step| step.number > id.0);
        own.iter()
            .chain(later)
            .filter_map(|step| match &step.action {
                Action::Computes(id) => Some(*id),
                Action::Waits(node) => node.computation(),
            })
    }

    /// The computations of `caller` that were begun after one that it holds, the outermost first.
    fn begun_since(&self, caller: Caller, id: ComputationId) -> Vec<ComputationId> {
        let mut lineage: Vec<_> = self.lineage(caller).map(|(ancestor, _)| ancestor).collect();
        lineage.reverse();
        if let Some(place) = lineage.iter().position(|ancestor| *ancestor == id) {
            return lineage.split_off(place + 1);
        }
        let steps = self.threads.get(&caller.thread).into_iter().flatten();
        steps
            .filter_map(|step| match step.action {
                Action::Computes(later) if later > id => Some(later),
                _ => None,
            })
            .collect()
    }
}

fn remove_last(steps: &mut Vec<Step>, is_meant: impl Fn(&Step) -> bool) {
    if let Some(index) = steps.iter().rposition(is_meant) {
        steps.remove(index);
    }
}
