"""One run: threads and tasks that do everything at random, and a ledger that they must agree with.

python run.py SEED SECONDS THREADS TASKS
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import os
import random
import signal
import sys
import threading
import time

from functions import (
    COROUTINES,
    FUNCTIONS,
    KEYS,
    LEDGER,
    PLAIN,
    Refused,
    Stop,
    define,
    keys_of,
)

import memoxide as mx
from memoxide import testing

CAN_FORK = hasattr(os, "fork") and getattr(sys, "_is_gil_enabled", lambda: True)()
# Seconds that a run may take to end.
PATIENCE = 30


class Run:
    """What the threads and the tasks do."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def goes_on(self) -> bool:
        """Whether there is time, and no fault yet."""
        return time.monotonic() < self.end and not LEDGER.faults

    def thread(self) -> None:
        """Do one thing after the other."""
        while self.goes_on():
            if random.random() < 0.9:
                call()
            else:
                disturb()

    async def tasks(self, count: int) -> None:
        """Run so many tasks."""
        await asyncio.gather(*[self.task() for _ in range(count)])

    async def task(self) -> None:
        """Await one call after the other; some are cancelled."""
        while self.goes_on():
            awaited = asyncio.create_task(call_async())
            if random.random() < 0.1:
                await asyncio.sleep(random.random() * 0.002)
                awaited.cancel()
                LEDGER.counts["cancelled"] += 1
            try:
                await awaited
            except asyncio.CancelledError:
                pass
            if random.random() < 0.02:
                call()
            if random.random() < 0.05:
                disturb(can_fork=False)


def call() -> None:
    """Call a plain function."""
    name, key = random.choice(PLAIN), random.randrange(KEYS)
    asked = LEDGER.ask()
    try:
        value = FUNCTIONS[name](name, key)
    except (Refused, Stop, mx.errors.CacheCycleError):
        return
    LEDGER.got((name, key), value, asked)


async def call_async() -> None:
    """Await a coroutine function."""
    name, key = random.choice(COROUTINES), random.randrange(KEYS)
    asked = LEDGER.ask()
    try:
        value = await FUNCTIONS[name](name, key)
    except (Refused, mx.errors.CacheCycleError):
        return
    LEDGER.got((name, key), value, asked)


def disturb(*, can_fork: bool = CAN_FORK) -> None:
    """Clear, define anew, let time pass, collect, fork."""
    name, key = random.choice(list(FUNCTIONS)), random.randrange(KEYS)
    what = random.random()
    if what < 0.3:
        with LEDGER.clearing((name, key)):
            FUNCTIONS[name].clear(name, key)
    elif what < 0.4:
        with LEDGER.clearing(*keys_of(name)):
            FUNCTIONS[name].clear()
    elif what < 0.45:
        with LEDGER.clearing(*keys_of(*FUNCTIONS)):
            mx.cache_data.clear()
            mx.cache_resource.clear()
    elif what < 0.6:
        # What nobody uses any more may be cleared.
        with LEDGER.clearing():
            define()
            for function in list(FUNCTIONS.values()):
                function.cache_info()  # it finds its cache
    elif what < 0.8:
        testing.advance_time(0.01)
    elif what < 0.95:
        gc.collect()
    elif can_fork:
        fork()


def fork() -> None:
    """Have a child call functions while the others are busy here."""
    child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)
        LEDGER.begin_anew()
        for _ in range(10):
            call()
        os._exit(len(LEDGER.faults))
    _, status = os.waitpid(child, 0)
    LEDGER.counts["forked"] += 1
    if status:
        LEDGER.fault(f"a forked child ended with {status}")


def main(seed: int, seconds: float, threads: int, tasks: int) -> None:
    """Run, and end with what is wrong."""
    faulthandler.dump_traceback_later(seconds + PATIENCE, exit=True)
    random.seed(seed)
    define()
    run = Run(seconds)
    workers = [threading.Thread(target=run.thread) for _ in range(threads)]
    if tasks:
        loop = lambda: asyncio.run(run.tasks(tasks))  # noqa: E731
        workers += [threading.Thread(target=loop) for _ in range(max(1, threads // 4))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(dict(LEDGER.counts))
    if LEDGER.faults:
        sys.exit(f"seed {seed}: {LEDGER.faults[0]} ({len(LEDGER.faults)} in all)")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
