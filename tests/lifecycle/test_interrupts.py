"""Interrupts that come while code of the library's runs that nobody has called for its own sake."""


def test_an_interrupt_while_a_task_is_woken_is_raised_and_the_task_is_woken(in_child):
    out = in_child(
        """
        import asyncio, threading
        import memoxide as mx

        started, waits = threading.Event(), threading.Event()

        @mx.cache_data
        async def value():
            started.set()
            while not waits.is_set():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
            return "value"

        results = []

        async def wait():
            loop = asyncio.get_running_loop()
            schedule = loop.call_soon_threadsafe
            def interrupted(*args):
                # As a signal does that comes in this moment.
                if threading.current_thread() is threading.main_thread():
                    loop.call_soon_threadsafe = schedule
                    raise KeyboardInterrupt
                return schedule(*args)
            loop.call_soon_threadsafe = interrupted
            loop.call_soon(waits.set)
            results.append(await value())

        def thread():
            started.wait()
            asyncio.run(wait())

        other = threading.Thread(target=thread)
        other.start()
        try:
            asyncio.run(value())
        except KeyboardInterrupt:
            print("interrupted")
        other.join()
        print(results)
        """,
        timeout=30,
    )
    assert out == "interrupted\n['value']\n"


def test_an_interrupt_while_a_resource_is_released_is_raised_when_all_are(in_child):
    out = in_child(
        """
        import os, signal
        import memoxide as mx

        signal.signal(signal.SIGINT, signal.default_int_handler)
        released = []

        def release(value):
            if value == 2:
                os.kill(os.getpid(), signal.SIGINT)
            released.append(value)

        @mx.cache_resource(on_release=release)
        def resource(x):
            return x

        for x in range(5):
            resource(x)
        try:
            resource.clear()
            for _ in range(1000):
                pass
        except KeyboardInterrupt:
            print("interrupted")
        # The callback that was interrupted is the only one that may not have ended.
        print(sorted({*released, 2}))
        """,
        timeout=30,
    )
    assert out == "interrupted\n[0, 1, 2, 3, 4]\n"
