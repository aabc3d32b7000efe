"""`cache_if`: what it refuses is returned and not stored."""

import threading

import pytest

import memoxide as mx


@pytest.mark.parametrize("decorator", [mx.cache_data, mx.cache_resource])
def test_what_is_refused_is_returned_and_not_stored(decorator):
    runs = []

    @decorator(cache_if=lambda value: value is not None)
    def load(k):
        runs.append(k)
        return [k] if len(runs) > 1 else None

    assert load(1) is None
    assert not load.contains(1)
    assert load.explain(1).reason == "not stored: cache_if refused it"
    assert load(1) == [1]
    assert load(1) == [1]
    assert runs == [1, 1]
    assert load.cache_info().hits == 1


def test_a_condition_that_fails_loses_no_result(caplog):
    @mx.cache_data(cache_if=lambda value: value["missing"])
    def load(k):
        return {"k": k}

    assert load(1) == {"k": 1}
    assert not load.contains(1)
    assert "cache_if" in caplog.text
    assert "KeyError" in caplog.text


def test_a_request_in_a_condition_reaches_the_caller():
    class Stop(BaseException):
        pass

    def condition(value):
        raise Stop

    @mx.cache_data(cache_if=condition)
    def load():
        return 1

    with pytest.raises(Stop):
        load()


def test_those_who_wait_get_what_is_refused():
    started, go_on = threading.Event(), threading.Event()
    runs = []

    @mx.cache_data(cache_if=lambda value: False)
    def load():
        runs.append(1)
        started.set()
        assert go_on.wait(10)
        return [1]

    results = []
    threads = [threading.Thread(target=lambda: results.append(load())) for _ in range(3)]
    threads[0].start()
    assert started.wait(10)
    for thread in threads[1:]:
        thread.start()
    threading.Timer(0.2, go_on.set).start()
    for thread in threads:
        thread.join()
    assert results == [[1]] * 3
    assert len({id(result) for result in results}) == 3
    assert load.cache_info().entries == 0


def test_it_is_checked_when_a_function_is_decorated():
    with pytest.raises(mx.errors.OptionError, match="cache_if"):
        mx.cache_data(cache_if=1)


def test_what_is_refused_need_not_be_copied():
    @mx.cache_data(cache_if=lambda value: False)
    def load():
        return threading.Lock()

    assert load().acquire(blocking=False)
    assert load.explain().reason == "not stored: cache_if refused it"
