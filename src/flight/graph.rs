//! Who waits for whom: a cycle is found before anybody waits in it.
//!
//! A computation goes on when all has ended that was begun on its behalf: what its thread does since it
//! began, as a thread does one thing at a time, and what the tasks and threads do that have inherited its
//! context. A task leaves its thread to others when it waits; a plain call does not.
//!
//! One graph serves the whole process, since a cycle may lead over many functions. Its lock is
//! taken last and held for a few steps.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ahash::RandomState;

use crate::sync::{self, AtomicU64, LazyLock, Mutex};

/// A thread that computes or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ThreadId(usize);

impl ThreadId {
    fn current() -> Self {
        Self(sync::thread_number())
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

/// Where a task runs: an event loop, by a number that no other has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Home(u64);

impl From<u64> for Home {
    fn from(number: u64) -> Self {
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
    steps: Steps,
}

/// What tells steps apart; those of computations are their ids.
pub type StepNumber = u64;
/// What somebody is busy with, the innermost last. There may be many: a computation can begin thousands of tasks.
type Steps = BTreeMap<StepNumber, Action>;

#[derive(Clone)]
enum Action {
    Computes(ComputationId),
    Waits(Arc<Node>),
}

#[derive(Default)]
struct Graph {
    active: HashMap<ComputationId, Active, RandomState>,
    /// What keeps each thread busy. It may begin something while it waits: a signal handler does.
    threads: HashMap<ThreadId, Steps, RandomState>,
    last: u64,
}

static GRAPH: LazyLock<Mutex<Graph>> = LazyLock::new(Mutex::default);

/// The calls of a cycle, from the one that was wanted back to it.
pub type Chain = Vec<Arc<str>>;

/// Notes that `caller` begins a computation.
pub fn compute(label: &Arc<str>, caller: Caller) -> (Arc<Node>, ComputationId) {
    let node = Arc::new(Node {
        label: Arc::clone(label),
        current: AtomicU64::new(ComputationId::NONE.0),
    });
    let id = GRAPH.lock().own(&node, caller);
    (node, id)
}

/// Notes that `caller`, who has waited for a computation, does it now.
pub fn take_over(node: &Arc<Node>, caller: Caller) -> ComputationId {
    GRAPH.lock().own(node, caller)
}

/// Notes that a computation has ended, or waits for another owner. `false` if it was over already.
pub fn release(node: &Arc<Node>, id: ComputationId) -> bool {
    let mut graph = GRAPH.lock();
    let is_current = node.computation() == Some(id);
    let ended = is_current.then(|| graph.active.remove(&id)).flatten();
    if let Some(active) = &ended {
        node.current.store(ComputationId::NONE.0, Ordering::Relaxed);
        graph.remove(active.owner, id.0);
    }
    drop(graph);
    is_current
}

/// The computation of `node`, if it is a task's, and where that runs.
pub fn home_of(node: &Node) -> Option<(ComputationId, Home)> {
    let graph = GRAPH.lock();
    let id = node.computation()?;
    Some((id, graph.active.get(&id)?.owner.home?))
}

/// Notes that `caller` waits for a computation, unless that would close a cycle.
pub fn wait(node: &Arc<Node>, caller: Caller) -> Result<StepNumber, Chain> {
    let mut graph = GRAPH.lock();
    if let Some(chain) = graph.cycle(node, caller) {
        return Err(chain);
    }
    Ok(graph.add(caller, |_| Action::Waits(Arc::clone(node))))
}

/// Notes that `caller` waits no more, as it did since that step.
pub fn stop_waiting(caller: Caller, step: StepNumber) {
    GRAPH.lock().remove(caller, step);
}

/// How many things keep this thread busy.
#[cfg(test)]
pub fn steps_of_this_thread() -> usize {
    let graph = GRAPH.lock();
    graph
        .threads
        .get(&ThreadId::current())
        .map_or(0, Steps::len)
}

/// Whether the computation cannot end before `caller` goes on.
pub fn is_held_by(node: &Node, caller: Caller) -> bool {
    let graph = GRAPH.lock();
    node.computation().is_some_and(|id| graph.holds(caller, id))
}

impl Graph {
    fn own(&mut self, node: &Arc<Node>, caller: Caller) -> ComputationId {
        let id = ComputationId(self.add(caller, Action::Computes));
        node.current.store(id.0, Ordering::Relaxed);
        let active = Active {
            label: Arc::clone(&node.label),
            owner: caller,
            steps: Steps::new(),
        };
        self.active.insert(id, active);
        id
    }

    fn add(&mut self, caller: Caller, action: impl FnOnce(ComputationId) -> Action) -> StepNumber {
        self.last += 1;
        let number = self.last;
        let action = action(ComputationId(number));
        let above = caller.within.and_then(|id| self.active.get_mut(&id));
        if let Some(above) = above {
            above.steps.insert(number, action.clone());
        }
        if !caller.is_task {
            let steps = self.threads.entry(caller.thread).or_default();
            steps.insert(number, action);
        }
        number
    }

    /// Removes a step of a caller.
    fn remove(&mut self, caller: Caller, number: StepNumber) {
        let above = caller.within.and_then(|id| self.active.get_mut(&id));
        if let Some(above) = above {
            above.steps.remove(&number);
        }
        if !caller.is_task
            && let Some(steps) = self.threads.get_mut(&caller.thread)
        {
            steps.remove(&number);
            if steps.is_empty() {
                self.threads.remove(&caller.thread);
            }
        }
    }

    /// Whether the computation cannot end before `caller` goes on.
    fn holds(&self, caller: Caller, id: ComputationId) -> bool {
        self.keeps_thread_of(caller, id) || self.lineage(caller).any(|(ancestor, _)| ancestor == id)
    }

    fn keeps_thread_of(&self, caller: Caller, id: ComputationId) -> bool {
        let shares_thread = |active: &Active| active.owner.thread == caller.thread;
        !caller.is_task && self.active.get(&id).is_some_and(shares_thread)
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
        let way = self.way(wanted.computation()?, caller)?;
        let label = |id: &ComputationId| Some(Arc::clone(&self.active.get(id)?.label));
        let mut chain: Chain = way.iter().filter_map(label).collect();
        chain.push(Arc::clone(&wanted.label));
        Some(chain)
    }

    /// The computations from one that needs `caller` to go on to those of `caller`; none if it does not need it.
    /// Tasks wait for each other to any depth, so this does not recurse.
    fn way(&self, wanted: ComputationId, caller: Caller) -> Option<Vec<ComputationId>> {
        let ancestors = self.lineage(caller).map(|(ancestor, _)| ancestor);
        let ancestors: HashSet<_, RandomState> = ancestors.collect();
        let mut seen = HashSet::<_, RandomState>::default();
        let mut way = Vec::new();
        let mut next = Some(wanted);
        loop {
            if let Some(id) = next
                && seen.insert(id)
            {
                way.push((id, self.obstacles(id)));
                if ancestors.contains(&id) || self.keeps_thread_of(caller, id) {
                    let way = way.iter().map(|(id, _)| *id);
                    return Some(way.chain(self.begun_since(caller, id)).collect());
                }
            }
            next = way.last_mut()?.1.next();
            if next.is_none() {
                way.pop();
            }
        }
    }

    /// The computations that have to end before this one can.
    fn obstacles(&self, id: ComputationId) -> impl Iterator<Item = ComputationId> {
        let active = self.active.get(&id);
        let own = active.map(|active| active.steps.values());
        let thread = active.and_then(|active| self.threads.get(&active.owner.thread));
        let later = thread.map(|steps| steps.range(id.0 + 1..));
        let later = later.into_iter().flatten().map(|(_, action)| action);
        let steps = own.into_iter().flatten().chain(later);
        steps.filter_map(|action| match action {
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
        let steps = self.threads.get(&caller.thread);
        let later = steps.map(|steps| steps.range(id.0 + 1..));
        let later = later.into_iter().flatten();
        later
            .filter_map(|(_, action)| match action {
                Action::Computes(later) => Some(*later),
                Action::Waits(_) => None,
            })
            .collect()
    }
}
