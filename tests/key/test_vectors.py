"""Golden vectors: the reference, memoxide, and processes under any hash seed say the same."""

import collections
import importlib.metadata
import json
import re
import sys
from pathlib import Path

import pytest

import reference
from memoxide._core import encode_value
from vectors import generate, values

FILES = list(values.FILES)
VALUES = [file for file in FILES if file not in values.BY_HAND]
TESTS = Path(__file__).parent.parent

EQUAL = {
    frozenset(
        {"pandas.DateOffset(months=1, days=2)", "pandas.DateOffset(days=2, months=1)"},
    ),
    frozenset(
        {
            "numpy.array([[1, 2], [3, 4]]).view(numpy.matrix)",
            "numpy.array([[1, 3], [2, 4]]).view(numpy.matrix).T",
        }
    ),
    frozenset(
        {
            'pandas.Timestamp("2020-01-01", tz="UTC")',
            'pandas.Timestamp("2020-01-01", tz=datetime.timezone.utc)',
        }
    ),
    frozenset({"pyarrow.chunked_array([[1, 2], [3]])", "pyarrow.chunked_array([[1, 2, 3]])"}),
    frozenset(
        {
            'pyarrow.table({"a": [1, 2], "b": ["x", None]})',
            'pyarrow.table({"a": pyarrow.chunked_array([[1], [2]]), "b": ["x", None]})',
        }
    ),
    frozenset({"[[[]]]", "list 2 deep"}),
    frozenset({"shared, long", "copied, long"}),
    frozenset({"datetime.timedelta(hours=1)", "datetime.timedelta(seconds=3600)"}),
    frozenset({"datetime.timezone.utc", "datetime.timezone(datetime.timedelta(0))"}),
    frozenset({'pathlib.PureWindowsPath("c:/a")', r'pathlib.PureWindowsPath("c:\\a")'}),
    frozenset(
        {
            "math.nan",
            "-math.nan",
            'struct.unpack("<d", bytes.fromhex("010000000000f07f"))[0]',
            'struct.unpack("<d", bytes.fromhex("efcdab896745f8ff"))[0]',
        }
    ),
}
"""Vectors that differ in their expressions and not in their values."""


def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def lacking(file):
    """What a file needs and is not installed, or is too old."""
    for module, lowest in values.REQUIRES.get(file, {}).items():
        try:
            found = importlib.metadata.version(module)
        except importlib.metadata.PackageNotFoundError:
            return module
        if numbers(found) < numbers(lowest):
            return f"{module} {lowest}, there is {found}"
    return None


@pytest.fixture
def usable():
    """Skips where a file needs what is not installed."""

    def check(file):
        if lacking(file):
            pytest.skip(f"needs {lacking(file)}")

    return check


def stored(file):
    return json.loads(generate.path(file).read_text())


def evaluated(file):
    """Each vector of a file with its value."""
    namespace = generate.names(file)
    for vector in stored(file)["vectors"]:
        yield vector, generate.evaluate(vector["python"], namespace)


def test_there_are_enough_vectors():
    assert sum(len(stored(file)["vectors"]) for file in FILES) >= 300


def test_names_of_vectors_are_unique():
    for file in FILES:
        names = [vector["name"] for vector in stored(file)["vectors"]]
        assert len(names) == len(set(names)), file


@pytest.mark.parametrize("file", FILES)
def test_the_files_are_what_the_reference_says(file, usable):
    usable(file)
    assert generate.text(file) == generate.path(file).read_text(), (
        f"{file}.json differs from what the reference makes: another encoding of the same value is "
        "another version of the key format; new vectors are written by `python -m vectors.generate`"
    )


@pytest.mark.parametrize("file", VALUES)
def test_memoxide_says_the_same(file, usable):
    usable(file)
    for vector, value in evaluated(file):
        assert encode_value(value).hex() == vector["encoding"], vector["name"]


def test_keys_are_digests_of_what_was_encoded():
    for file in FILES:
        head = stored(file)
        for vector in head["vectors"]:
            encoding, function = bytes.fromhex(vector["encoding"]), bytes.fromhex(head["function"])
            assert reference.call_key(function, encoding).hex() == vector["key"], vector["name"]


def test_what_differs_has_another_encoding():
    by_encoding = collections.defaultdict(set)
    for file in FILES:
        for vector in stored(file)["vectors"]:
            by_encoding[vector["encoding"]].add(vector["name"])
    equal = {frozenset(names) for names in by_encoding.values() if len(names) > 1}
    assert equal == EQUAL


@pytest.mark.parametrize(
    "seed", ["1", *(pytest.param(s, marks=pytest.mark.slow) for s in ("0", "12345"))]
)
def test_hash_seeds_change_nothing(seed, in_child):
    script = f"""
        import sys
        sys.path[:0] = {[str(TESTS), *sys.path]!r}
        from key import test_vectors
        from memoxide._core import encode_value
        import reference
        for file in test_vectors.VALUES:
            if test_vectors.lacking(file):
                continue
            for vector, value in test_vectors.evaluated(file):
                assert encode_value(value).hex() == vector["encoding"], vector["name"]
                assert reference.encode(value).hex() == vector["encoding"], vector["name"]
    """
    in_child(script, timeout=60, PYTHONHASHSEED=seed)
