"""Where no thread can be started, all is done by the thread that asks."""

import os

import pytest

pytestmark = pytest.mark.timeout(60)

resource = pytest.importorskip("resource")
pytest.importorskip("numpy")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are bounded by the system")
def test_without_threads_nothing_is_lost_and_with_them_all_goes_on(in_child):
    out = in_child(
        """
        import atexit, os, resource, shutil, tempfile, threading
        import numpy as np
        import memoxide as mx

        if os.geteuid() == 0:
            # Root may start as many as it likes.
            os.setuid(65534)
        folder = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, folder)
        runs = []

        @mx.cache_data
        def plain(array, frame):
            runs.append("plain")
            return array * 2

        @mx.cache_data(persist=mx.Disk(folder, memory=False))
        def kept(number):
            runs.append("kept")
            return np.full(1_000_000, number)

        @mx.cache_data(ttl=3600)
        def expiring(array):
            runs.append("expiring")
            return array

        hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
        array = np.arange(1_000_000.0)
        rows = np.asfortranarray(array.reshape(-1, 4))

        def call_all():
            for _ in range(2):
                assert plain(array, rows)[-1] == array[-1] * 2
                assert kept(7).sum() == 7_000_000
                assert expiring(array)[1] == 1

        resource.setrlimit(resource.RLIMIT_NPROC, (0, hard))
        try:
            threading.Thread(target=print).start()
            print("unbounded")
        except RuntimeError:
            print("bounded")
        call_all()
        first = runs.copy()
        resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
        for function in (plain, kept, expiring):
            function.clear()
        call_all()
        tasks = os.listdir("/proc/self/task") if os.path.exists("/proc/self/task") else []
        names = [open(f"/proc/self/task/{task}/comm").read().strip() for task in tasks]
        print(first, runs[len(first):], "memoxide-cores" in names or not names)
        """
    )
    bounded, rest = out.splitlines()
    if bounded != "bounded":
        pytest.skip("this system does not bound threads")
    three = "['plain', 'kept', 'expiring']"
    assert rest == f"{three} {three} True"
