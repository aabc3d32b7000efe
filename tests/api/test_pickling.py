"""Cached functions on their way to other processes."""

import pickle
import sys
import types

import pytest

import memoxide as mx

SCRIPT = """
import memoxide as mx

SCALE = 10

@mx.cache_data(max_entries=3, hash_funcs={complex: abs})
def scaled(x):
    return x * SCALE

@mx.cache_data
def factorial(n):
    return n * factorial(n - 1) if n else 1

@mx.cache_resource(on_release=print)
def connection():
    return []

class Model:
    @mx.cache_data
    def fit(self, x):
        return x + 1

def work(x):
    return scaled(x) + factorial(3) + Model().fit(1)
"""


@pytest.fixture
def script(monkeypatch):
    """A script that runs as `__main__`."""
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    exec(compile(SCRIPT, "script", "exec"), vars(main))
    return main


@pytest.mark.parametrize("name", ["cloudpickle", "joblib.externals.cloudpickle"])
def test_a_function_of_the_script_is_sent_by_its_content(script, monkeypatch, name):
    cloudpickle = pytest.importorskip(name)
    sent = {
        key: cloudpickle.dumps(getattr(script, key))
        for key in ("work", "scaled", "factorial", "connection", "Model")
    }
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    got = {key: pickle.loads(stream) for key, stream in sent.items()}
    assert got["work"](2) == 20 + 6 + 2
    assert got["scaled"](2) == 20
    assert got["scaled"].cache_info().max_entries == 3
    assert got["factorial"](4) == 24
    assert got["connection"]() is got["connection"]()
    assert got["Model"]().fit(2) == 3
    assert type(got["scaled"]) is type(script.scaled)


def test_pickle_sends_it_by_its_name(script):
    stream = pickle.dumps(script.scaled)
    assert b"SCALE" not in stream
    assert pickle.loads(stream) is script.scaled


def test_a_function_without_a_name_to_be_found_by_is_made_of_its_parts():
    def scaled(x):
        return x * 2

    cached = mx.cache_data(ttl=60)(scaled)
    rebuild, (decorator, function, options) = cached.__reduce__()
    assert (decorator, function, options) == ("cache_data", scaled, {"ttl": 60})
    assert rebuild(decorator, function, options)(2) == 4
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(cached)
