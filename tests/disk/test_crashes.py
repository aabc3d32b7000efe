"""Processes that are killed at any moment, while others go on: what is read is right, or a miss.

`MEMOXIDE_CRASH_ROUNDS` says how many are killed. That each step of a write may be the last one is
shown by the core's own tests, which stop at each of them.
"""

import os
import random
import time

import pytest

ROUNDS = int(os.environ.get("MEMOXIDE_CRASH_ROUNDS", "6"))

pytestmark = pytest.mark.timeout(60 + 2 * ROUNDS)

WORK = """
    import os, random

    SIZES = [10, 3_000, 70_000, 1_500_000]

    @mx.cache_data(persist="disk", max_entries=2)
    def block(x):
        size = SIZES[x % len(SIZES)]
        return {"x": x, "bytes": bytes([x]) * size, "texts": [str(x)] * (size // 1000)}

    def is_right(x):
        value = block(x)
        size = SIZES[x % len(SIZES)]
        return (
            value["x"] == x
            and value["bytes"] == bytes([x]) * size
            and value["texts"] == [str(x)] * (size // 1000)
        )

    def work(seed):
        dice = random.Random(seed)
        while True:
            x = dice.randrange(24)
            assert is_right(x), x
            chance = dice.random()
            if chance < 0.1:
                block.clear(x)
            elif chance < 0.11:
                block.clear()
"""


def test_processes_that_are_killed_harm_nobody(app, workers):
    dice = random.Random(1)
    survivor = workers(WORK)
    for round in range(ROUNDS):
        victims = [workers(WORK) for _ in range(2)]
        for number, victim in enumerate(victims):
            victim.send(f"work({round * 2 + number})")
        time.sleep(dice.random() * 0.25)
        for victim in victims:
            assert victim.process.poll() is None, victim.process.stderr.read()
            victim.kill()
        checked = "all(is_right(x) for x in range(24))"
        assert survivor.ask(checked) == "True"
    assert workers(WORK).ask("all(is_right(x) for x in range(24))") == "True"
    # Of each that was killed, a draft and a lock at most, and no half entry.
    left = [path for path in app.folder.rglob("*") if path.name.startswith(".draft-")]
    assert len(left) <= 2 * ROUNDS
    out = workers(WORK).ask(
        "[fault for folder in [mx._core.CacheFolder()] for entry in folder.entries()"
        " if (fault := folder.verify(entry))]"
    )
    assert out == "[]"


def test_what_they_leave_behind_is_swept(app, workers):
    victim = workers(WORK)
    victim.send("work(1)")
    time.sleep(0.3)
    victim.kill()
    folder = next(path for path in app.folder.rglob("*") if path.name == "generations").parent
    draft = folder / (".draft-" + "0" * 32)
    draft.touch()
    os.utime(draft, (0, 0))
    workers(WORK).ask("mx._core.CacheFolder().sweep()")
    assert not draft.exists()
