"""`memoxide.testing`: time, isolation, and caching switched off."""

import asyncio
import threading

import pytest

import memoxide as mx
from memoxide import testing


@pytest.fixture
def runs():
    return []


class TestAdvanceTime:
    def test_entries_expire_at_once(self, runs):
        @mx.cache_data(ttl="1h")
        def value():
            runs.append(1)
            return len(runs)

        assert value() == 1
        testing.advance_time(3599)
        assert value() == 1
        testing.advance_time(2)
        assert value.cache_info().entries == 0, "it has left without being asked for"
        assert value() == 2

    def test_expired_resources_are_released(self, runs):
        @mx.cache_resource(ttl=60, on_release=runs.append)
        def resource():
            return "resource"

        resource()
        testing.advance_time(61)
        assert runs == ["resource"]

    def test_the_thread_notices(self, in_child):
        out = in_child(
            """
            import time
            import memoxide as mx
            from memoxide import testing

            class Resource:
                def __init__(self, x):
                    self.x = x

            @mx.cache_resource(ttl=60, on_release=lambda resource: print(resource.x, flush=True))
            def resource(x):
                return Resource(x)

            resource(1)
            testing.advance_time(30)
            resource(2)
            testing.advance_time(29.5)
            time.sleep(1)
            """,
            timeout=20,
        )
        assert out.split()[0] == "1"

    def test_stale_values_are_refreshed(self, runs):
        @mx.cache_data(ttl=60, refresh_mode="background")
        def value():
            runs.append(threading.current_thread())
            return len(runs)

        value()
        testing.advance_time(61)
        assert value() == 1
        while value() == 1:
            pass
        assert runs[1] is not threading.current_thread()

    @pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), "1", None])
    def test_what_is_no_time_is_refused(self, seconds):
        with pytest.raises(mx.errors.OptionError, match="seconds must be"):
            testing.advance_time(seconds)


class TestIsolated:
    def test_caches_start_empty_and_come_back(self, runs):
        @mx.cache_data
        def value(x):
            runs.append(x)
            return x

        value(1)
        with testing.isolated():
            assert not value.contains(1)
            assert value.explain(1).reason == "never computed"
            assert value.cache_info().entries == 0
            value(1)
            value(2)
            assert value.contains(2)
        assert value.contains(1)
        assert not value.contains(2)
        assert value.explain(2).reason != "stored"
        assert runs == [1, 1, 2]

    def test_clearing_reaches_what_is_inside_alone(self, runs):
        @mx.cache_data
        def value():
            return 1

        value()
        with testing.isolated():
            value()
            mx.cache_data.clear()
            assert not value.contains()
            value()
            value.clear()
            assert not value.contains()
        assert value.contains()

    def test_statistics_show_what_is_inside_alone(self):
        @mx.cache_data
        def value():
            return 1

        value()
        with testing.isolated():
            assert mx.stats() == []
            value()
            (row,) = mx.stats()
            assert row.entries == 1
        name = f"{__name__}.{value.__qualname__}"
        assert [row.hits for row in mx.stats() if row.name == name] == [0]

    def test_resources_are_released(self, runs):
        @mx.cache_resource(on_release=runs.append)
        def resource(x):
            return x

        resource("outside")
        with testing.isolated():
            resource("outside")
            resource("inside")
            assert runs == []
        assert sorted(runs) == ["inside", "outside"]
        assert resource.contains("outside")

    def test_isolations_nest(self, runs):
        @mx.cache_data
        def value():
            runs.append(1)
            return len(runs)

        with testing.isolated():
            assert value() == 1
            with testing.isolated():
                assert value() == 2
            assert value() == 1
        assert value() == 3

    def test_sessions_are_isolated(self, runs):
        @mx.cache_data(scope="session")
        def value():
            runs.append(1)
            return len(runs)

        with mx.session("s"):
            assert value() == 1
            with testing.isolated():
                assert value() == 2
                mx.end_session("s")
                assert value() == 3
            assert value() == 1
        mx.end_session("s")

    def test_an_error_inside_ends_it(self):
        @mx.cache_data
        def value():
            return 1

        value()
        with pytest.raises(KeyError), testing.isolated():
            raise KeyError
        assert value.contains()

    def test_all_threads_are_inside(self, runs):
        @mx.cache_data
        def value():
            runs.append(1)

        value()
        with testing.isolated():
            thread = threading.Thread(target=value)
            thread.start()
            thread.join()
        assert len(runs) == 2

    def test_the_disk_is_neither_read_nor_written_nor_cleared(self, runs, tmp_path):
        @mx.cache_data(persist=mx.Disk(path=tmp_path))
        def value():
            runs.append(1)
            return len(runs)

        value()
        files = sorted(tmp_path.rglob("*"))
        with testing.isolated():
            assert value() == 2
            mx.cache_data.clear()
            assert value() == 3
            value.clear()
            assert sorted(tmp_path.rglob("*")) == files
        assert value() == 1

    def test_it_leaves_nothing_behind(self):
        import gc

        @mx.cache_data
        def value(x):
            return [x]

        for _ in range(100):
            with testing.isolated():
                value(1)
        gc.collect()
        with testing.isolated():
            assert mx.stats() == []


class TestDisabled:
    def test_each_call_computes(self, runs):
        @mx.cache_data
        def value():
            runs.append(1)
            return len(runs)

        value()
        with testing.disabled():
            assert [value(), value()] == [2, 3]
            assert not value.contains()
            assert value.explain().reason == "computed each time: caching is disabled"
            with testing.disabled():
                assert value() == 4
            assert value() == 5
        assert value() == 1

    def test_coroutine_functions_compute_as_well(self, runs):
        @mx.cache_data
        async def value():
            runs.append(1)
            return len(runs)

        with testing.disabled():
            assert [asyncio.run(value()), asyncio.run(value())] == [1, 2]

    def test_results_are_the_functions_own(self):
        @mx.cache_resource
        def resource():
            return object()

        with testing.disabled():
            assert resource() is not resource()

    def test_generator_functions_yield_their_resource(self):
        @mx.cache_resource
        def resource():
            yield "resource"

        with testing.disabled():
            assert resource() == "resource"

    @pytest.mark.parametrize(("value", "runs"), [("1", 2), ("0", 1), ("", 1), (None, 1)])
    def test_a_process_can_be_started_so(self, in_child, value, runs):
        environment = {} if value is None else {"MEMOXIDE_DISABLE": value}
        out = in_child(
            """
            import memoxide as mx
            runs = []
            @mx.cache_data
            def value():
                runs.append(1)
            value(), value()
            print(len(runs))
            """,
            **environment,
        )
        assert int(out) == runs
