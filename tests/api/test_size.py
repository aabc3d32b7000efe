"""Texts of a size: powers of 1024, rounded down, and all that `st.cache_data` takes."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memoxide._core import parse_size

POWERS = {
    "b": 0,
    **dict.fromkeys(("k", "kb", "kib"), 1),
    **dict.fromkeys(("m", "mb", "mib"), 2),
    **dict.fromkeys(("g", "gb", "gib"), 3),
    **dict.fromkeys(("t", "tb", "tib"), 4),
}
LARGEST = 2**64 - 1


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("123B", 123),
        ("007b", 7),
        ("1B", 1),
        ("1.9b", 1),
        ("1K", 1024),
        ("1kb", 1024),
        ("10 KiB", 10_240),
        ("1.1KB", 1126),
        ("500MB", 500 * 1024**2),
        ("1.5 GB", 3 * 1024**3 // 2),
        ("1.5GiB", 3 * 1024**3 // 2),
        ("2.TB", 2 * 1024**4),
        (".5mB", 1024**2 // 2),
        ("  1   kIb ", 1024),
        ("1." + "9" * 99 + "KB", 2047),
        ("0" * 200 + "1KB", 1024),
        (f"{LARGEST}B", LARGEST),
    ],
)
def test_sizes(text, size):
    assert parse_size(text) == size


REFUSALS = {
    "start with a number": "| |.|MB|.MB|-5MB|+5MB|- 5|nan|NaN|inf|-inf|1.2.3MB|\u0665MB|\tMB",
    "its unit is none of": "1e6|1 PB|1kbit|1KBs|1_000|1 000|1\tMB|1,5MB|1MB 1KB|1\u212aB|1MB\n",
    "it needs a unit": "1.5|1.|.5|0.0|500|0|123 ",
    "less than one byte": "0B|000B|0MB|0.5B|0.0009KB",
    "64 bits": f"{2**64}B|16777216TB|{'9' * 500}B|{'9' * 500}MB",
}


@pytest.mark.parametrize(
    ("text", "reason"),
    [(text, reason) for reason, texts in REFUSALS.items() for text in texts.split("|")],
)
def test_refused_texts(text, reason):
    with pytest.raises(ValueError, match=r"is no size: .*write for example") as refusal:
        parse_size(text)
    assert reason in str(refusal.value)


DIGITS = st.text("0123456789", max_size=45)
UNIT = st.sampled_from(sorted(POWERS)).flatmap(
    lambda unit: st.sampled_from([unit, unit.upper(), unit.title(), unit.swapcase()])
)


@given(DIGITS, DIGITS, st.sampled_from(["", " ", "   "]), UNIT)
def test_fractions_are_exact_and_rounded_down(whole, fraction, blank, unit):
    assume(whole or fraction)
    number = Fraction(int(whole + fraction or "0"), 10 ** len(fraction))
    expected = int(number * 1024 ** POWERS[unit.lower()])
    text = f"{whole}.{fraction}{blank}{unit}"
    if 0 < expected <= LARGEST:
        assert parse_size(text) == expected
    else:
        with pytest.raises(ValueError, match=r"less than one byte|64 bits"):
            parse_size(text)


@pytest.fixture(scope="module")
def byte_util():
    return pytest.importorskip("streamlit.byte_util", exc_type=ImportError)


@given(DIGITS, st.sampled_from([".", ""]), DIGITS, st.sampled_from(["", " "]), UNIT)
def test_what_streamlit_takes_has_the_same_value(byte_util, whole, point, fraction, blank, unit):
    text = whole + point + fraction + blank + unit
    try:
        expected = byte_util.cache_data_max_size_to_bytes(text)
    except byte_util.StreamlitValueError:
        return
    if expected <= LARGEST:
        assert parse_size(text) == expected
