//! How the runs of a model differ: in which thread goes on at each step.

use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use shuttle::scheduler::{
    PctScheduler, RandomScheduler, ReplayScheduler, Schedule, Scheduler, Task, TaskId,
};
use shuttle::{Config, Runner};

/// Runs of each model in which threads are stopped as often as it comes, and in which they are as rarely as
/// priorities have them stopped.
const RANDOM_RUNS: usize = 1_000;

/// How many priorities change in a run.
const CHANGES: usize = 5;

/// Where a schedule is that is to be run again.
const SCHEDULE: &str = "MEMOXIDE_SCHEDULE";

/// Runs a model in all orders in which threads that could go on are stopped at most `stops` times, then in
/// others at random. A run in which nobody can go on fails; how to repeat one that fails is printed.
pub fn check(stops: usize, model: fn()) {
    let schedule = env::var(SCHEDULE).unwrap_or_default();
    if !schedule.is_empty() {
        let mut replay = ReplayScheduler::new_from_encoded(&schedule);
        // Of the models of one test, it fits one.
        replay.set_allow_incomplete();
        run(replay, model);
        return;
    }
    let name = thread::current().name().unwrap_or_default().to_owned();
    let checks = AssertUnwindSafe(|| {
        let orders = run(Orders::new(stops), model);
        run(RandomScheduler::new(RANDOM_RUNS), model);
        run(PctScheduler::new(CHANGES, RANDOM_RUNS), model);
        println!("{name}: {orders} orders");
    });
    if let Err(failure) = panic::catch_unwind(checks) {
        eprintln!("to run it again: make models MODEL={name} SCHEDULE=(the schedule above)");
        panic::resume_unwind(failure);
    }
}

fn run(scheduler: impl Scheduler + 'static, model: fn()) -> usize {
    let mut config = Config::new();
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(model)
}

/// All orders with at most so many stops, one after the other.
struct Orders {
    stops: usize,
    steps: Vec<Step>,
    /// How many steps of this run were made.
    made: usize,
    is_begun: bool,
}

/// A step of a run.
struct Step {
    /// Who could make it.
    threads: Vec<TaskId>,
    /// Which of them did.
    chosen: usize,
    /// How many threads had been stopped before.
    stopped: usize,
    /// Whether all but the first stop the thread that made the last step.
    stops: bool,
}

impl Step {
    fn stopped_after(&self) -> usize {
        self.stopped + usize::from(self.stops && self.chosen > 0)
    }
}

impl Orders {
    fn new(stops: usize) -> Self {
        Self {
            stops,
            steps: Vec::new(),
            made: 0,
            is_begun: false,
        }
    }

    /// Has the next run differ from the last one, as late as it can.
    fn turn(&mut self) -> bool {
        while let Some(step) = self.steps.last_mut() {
            step.chosen += 1;
            if step.chosen < step.threads.len() {
                return true;
            }
            self.steps.pop();
        }
        false
    }

    /// A step that no run has made yet: at first by whoever made the last one.
    fn next(&self, mut threads: Vec<TaskId>, current: Option<TaskId>) -> Step {
        let stopped = self.steps.last().map_or(0, Step::stopped_after);
        let place = threads.iter().position(|thread| Some(*thread) == current);
        if let Some(place) = place {
            threads.swap(0, place);
            if stopped == self.stops {
                threads.truncate(1);
            }
        }
        Step {
            threads,
            chosen: 0,
            stopped,
            stops: place.is_some(),
        }
    }
}

impl Scheduler for Orders {
    fn new_execution(&mut self) -> Option<Schedule> {
        if self.is_begun && !self.turn() {
            return None;
        }
        self.is_begun = true;
        self.made = 0;
        Some(Schedule::new(0))
    }

    fn next_task(&mut self, able: &[&Task], current: Option<TaskId>, _: bool) -> Option<TaskId> {
        let threads: Vec<_> = able.iter().map(|task| task.id()).collect();
        if self.made == self.steps.len() {
            let step = self.next(threads, current);
            self.steps.push(step);
        } else {
            let expected = &self.steps[self.made].threads;
            let is_same = expected.iter().all(|thread| threads.contains(thread));
            assert!(is_same, "a model differs from run to run by itself");
        }
        let step = &self.steps[self.made];
        self.made += 1;
        Some(step.threads[step.chosen])
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("no model asks for chance")
    }
}
