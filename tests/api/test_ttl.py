"""A time to live means what `pandas.Timedelta` reads, and is refused where it refuses."""

import functools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memoxide._core import parse_ttl

# Earlier versions let sums leave 64 bits and ignore what follows a clock time.
pd = pytest.importorskip("pandas", minversion="3.1")

# pandas takes the lower-case "d" and "w" and the capitals of other units with a warning.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def texts(*rows: str) -> tuple[str, ...]:
    return tuple(text for row in rows for text in row.split("|"))


UNITS = texts(
    "W|w|D|d|day|days|h|hr|hour|hours|m|min|minute|minutes|s|sec|second|seconds",
    "ms|milli|millis|millisecond|milliseconds|us|µs|micro|micros|microsecond|microseconds",
    "ns|nano|nanos|nanosecond|nanoseconds",
)

NOT_UNITS = texts(
    "M|Y|y|month|months|year|years|week|weeks|Week|hrs|mins|secs|msec|usec|nsec|L|U|N|T|n|a|dd|dh",
    "\u03bcs|\u039cs|e|_|\t|\n|\x00|\u00a0|\u017f|\U0001f600",
)

BARE = texts("0|5|-5|+5| 5|5 |- 5|+-5|-+5|++5|1 0|1,000|00012|5+|5-|9007199254740993")

AMOUNTS = texts(
    "1.5 days|1.5days|0.5d|1.d|1.0d|-1.5h|+1.5h|1 .5h|1. 5h|1,5h|1h23s|1h 23s|1h, 23s|1 h 23 s",
    "1d2h3m4s5ms6us7ns|-1d2h|1d+2h|1s1h1d|1d1d|1.5d1.5h|.5d1h|1d.|1d.5|1d5.5h|1 0d|1..5d",
    "1.5.5d|1D 1 day 1DAYS|1h.|0.1s|0.123456789s|0.1234567891s|0.0000000016s|0.0000000004s|1.9ns",
    "1.0625us|1.1875us|0.0005us|0.3333333333W|0.333333333333333W|1.1m|2.7h|9007199254740993ns",
    "1000000000000001.5us|123456789.987654321s",
)

CLOCKS = texts(
    "00:01:30|0:1:30|00:01:30.5|1:2:3|-1:2:3|+1:2:3|100:100:100|1: 2: 3|1 2:3:4|23:59:59.999999999",
    "0:0:0.1|0:0:0.12|0:0:0.1234|0:0:0.12345678|0:0:0.123456789|0:0:.5|0:0:0.1234567899999|0:0:0.0",
    "1 days 00:01:30|1 day, 0:01:30|-1 days 02:03:04|-1 days +02:03:04|1 days 0:0:0.5|1d 2h 3:4:5",
    "-1 days +02:03:04.000000005|1d3:4:5|-1d3:4:5.5|2W 1:0:0|1.5 days 0:0:1|1d:2:3|-5:1d0:0",
    "1.5:|1:2:.5|1:2:3:.5|1:2:3:4:5:.5|1:2:3.4.|1:2:3d.5|0:0:.5d.6.7|2562047:47:16.854775807",
)

ISO = texts(
    "P1D|-P1D|P-1D|P+1D|-P-1D|P1W|P1W1D|P1DT2H3M4.5S|PT1H|PT1M|PT1S|PT0S|P0D|PT36500S|P1000D|P2WT5M",
    "PT0.000000123S|PT0.123456789S|PT0.1S|PT0.12S|PT0.1234S|PT.5S|-PT5S|PT-5S|P-1DT2H|PT-1.5S|P106751D",
    "PT-0.123456S|P1M|P5|P1.5D|P1DTH|PTH1S|PT1S2S|PT1.5S5S|PT1.2.3S|PT1HS|PPTT1D|P1T1D|PT1M1H|P1D1D",
    "PT0.1234567891|PT0.1234M|PT00H|PT99M|PT9223372036.854775807S|-PT9223372036.854775807S",
)

LIMITS = texts(
    "106751d|-106751d|15250W|2562047h|153722867m|9223372036s|9223372036854ms|9007199254740993us",
    "106751d 23:47:16.854775807|9223372036s 854775807ns|-9223372036s 854775807ns",
    "100000d 100000:0:0|-100000:1d9999:0|-9223372036s 1d 2562047:0:0|-106751d 5000000:0:0",
    f"{'0' * 4299}1:0:0|{'0' * 5000}1d|1.{'0' * 5000}d",
)

MALFORMED = texts(
    "1.5|1.|.5|.|-|+|,| |--5|-5-|1d-5h|1d -5h|1h 5|1d 5 5|1d.5 5|d|d1|.5d|-.5d|..|:|::|1:|1:2|:1:2",
    "1::2|1:2:|1:2:3:|1:2:3:4|1:2.5|1.5:2:3|1:2:3.|1:2:3.d|1:-2:3|1:0:0.5d|3:25:00 PM|1:2:3s",
    "1:2:3 1d|1:2:3Z|1:2:3+01:00|None|Nat|nAN|NaT | nan|inf|-inf|infinity|1e5|1e5s|0x10|1_000|one",
    "\u0661d|\u0665|\uff11d|\u22121d|1\td|1\u00a0d|1d\n|\x001d",
    "P|-P|PT|P-|-PT|PTS|PD|P1Y|P1y|P 1D|P1D |P1d|PT1h|p1d|PT100H|PT001H|PT100M|PT1.S|PT.S|P1D-2D",
    "PT0.1234567891S|P--1D|P1,5D|+P1D| P1D|--P1D|P\u0661D|PT1:2:3|P106752D|-P106752D",
    "106752d|-106752d|15251W|2562048h|153722868m|9223372037s|9223372036855ms|9223372036854776us",
    "9223372036s 854775808ns|-9223372036s 854775808ns|9223372036854775807|9223372036854775807ns",
    "106751d 23:47:16.854775808|100000d 100000d|2562048:0:0",
    f"1{'0' * 400}|{'9' * 400}d|{'9' * 30}:0:0|{'9' * 4301}:0:0|{'0' * 4300}1:0:0|P{'9' * 400}D",
)

TAKEN = (
    *BARE,
    *AMOUNTS,
    *CLOCKS,
    *ISO,
    *LIMITS,
    *(f"1{unit}" for unit in UNITS),
    *(f"-2.75 {unit}" for unit in UNITS),
    # The capitals of "m" and of the micro sign are a month and a Greek letter.
    *(f"3{unit.upper()}2s" for unit in UNITS if unit not in ("m", "µs")),
)
REFUSED = (
    *MALFORMED,
    *UNITS,
    *(f"1{unit}" for unit in NOT_UNITS),
    *(f"1{unit}1s" for unit in NOT_UNITS),
)


def value_in_pandas(text: str) -> int | None:
    """Nanoseconds, or `None` for a refusal and for a missing time."""
    try:
        value = pd.Timedelta(text)
    except ValueError:
        return None
    return None if value is pd.NaT else value.value


def value_here(text: str) -> int | None:
    try:
        return parse_ttl(text)
    except ValueError:
        return None


def short(text: str) -> str:
    return repr(text if len(text) < 40 else f"{text[:30]}... of {len(text)}")


@pytest.mark.parametrize("text", TAKEN, ids=short)
def test_taken_texts_have_the_value_of_pandas(text):
    expected = value_in_pandas(text)
    assert expected is not None
    assert parse_ttl(text) == expected


@pytest.mark.parametrize("text", REFUSED, ids=short)
def test_refused_texts_are_those_of_pandas(text):
    assert value_in_pandas(text) is None
    with pytest.raises(ValueError, match=r"is no duration: .*write for example"):
        parse_ttl(text)


@pytest.mark.parametrize("text", ["", "NaT", "nat", "NAT", "nan", "NaN", "NAN"])
def test_missing_times_are_refused_with_a_message_of_their_own(text):
    assert pd.Timedelta(text) is pd.NaT
    with pytest.raises(ValueError, match="a missing time is no duration"):
        parse_ttl(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 week", '"week" is no unit'),
        ("1M", '"M" would be a month or a year'),
        ("1.5", "a number has no unit"),
        ("days", "a number is missing"),
        ("1d -5h", "a minus sign may stand only in front"),
        ("1:30", "hh:mm:ss"),
        ("P1Y", "ISO 8601"),
        ("300000 days", "292 years"),
    ],
)
def test_messages_say_what_is_wrong(text, reason):
    with pytest.raises(ValueError, match="is no duration") as refusal:
        parse_ttl(text)
    assert reason in str(refusal.value)


def test_a_text_that_is_not_unicode_is_refused():
    with pytest.raises(UnicodeEncodeError):
        parse_ttl("1d\ud800")


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def series(part: st.SearchStrategy[str], max_size: int) -> st.SearchStrategy[str]:
    return st.lists(part, max_size=max_size).map("".join)


@functools.cache
def digits(min_size: int, max_size: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=min_size, max_size=max_size)


EDGES = st.sampled_from(
    texts("9223372036854775807|9223372036|106751|15250|2562047|153722867|9007199254740993")
)
WHOLE = digits(1, 3) | digits(1, 3) | digits(1, 22) | EDGES
NUMBER = st.one_of(
    WHOLE,
    joined(WHOLE, st.just("."), digits(0, 16)),
    joined(st.just("."), digits(1, 4)),
)
BLANK = st.sampled_from(["", "", "", " ", ", ", " +"])
ANY_CASE = st.tuples(
    st.sampled_from(UNITS), st.sampled_from([str, str.upper, str.title, str.swapcase])
).map(lambda pair: pair[1](pair[0]))
UNIT = st.one_of(st.sampled_from(UNITS), ANY_CASE, st.sampled_from(NOT_UNITS))
TERMS = series(joined(NUMBER, BLANK, UNIT, BLANK), 4)
SECONDS_FRACTION = st.just("") | joined(st.sampled_from([".", ":.", "."]), digits(0, 13))
FIELDS = st.lists(digits(0, 2) | WHOLE, min_size=2, max_size=5).map(":".join)
CLOCK = joined(FIELDS, SECONDS_FRACTION)
SIGN = st.sampled_from(["", "", "-", "+", "-+", " -"])
PLAIN = joined(SIGN, TERMS, st.one_of(st.just(""), CLOCK, WHOLE))

ISO_PART = joined(digits(0, 3), st.sampled_from("WDHM"))
ISO_SECONDS = joined(digits(0, 4), st.just("") | joined(st.just("."), digits(0, 11)), st.just("S"))
ISO_START = st.sampled_from(["P", "P", "-P", "P-", "P+", "PT", "PT-"])
ISO_TEXT = joined(
    ISO_START,
    series(ISO_PART, 2),
    st.sampled_from(["T", ""]),
    series(ISO_PART, 2),
    series(ISO_SECONDS, 2),
)

ALPHABET = " ,+-:.0123456789PTWDHMSdhmsunMYy"
NOISE = st.sampled_from(ALPHABET) | st.characters(codec="utf-8")


@st.composite
def mutations(draw: st.DrawFn, origins: st.SearchStrategy[str]) -> str:
    """Texts of which a few slices were replaced by noise, dropped or repeated."""
    text = draw(origins)
    for _ in range(draw(st.integers(1, 4))):
        cuts = st.integers(0, len(text))
        start, end = sorted((draw(cuts), draw(cuts)))
        slices = ["", draw(NOISE), text[start:end] * 2, text[start:end] + draw(NOISE)]
        text = text[:start] + draw(st.sampled_from(slices)) + text[end:]
    return text


REGULAR = PLAIN | ISO_TEXT
TEXTS = st.one_of(REGULAR, mutations(REGULAR), st.text(ALPHABET, max_size=14), st.text(max_size=8))


@given(TEXTS)
@example("1d.5")
@example("-1 days +02:03:04.5")
@example("PT-0.123456S")
def test_every_text_agrees_with_pandas(text):
    assert value_here(text) == value_in_pandas(text)


@given(REGULAR)
def test_texts_of_the_grammar_agree_with_pandas(text):
    assert value_here(text) == value_in_pandas(text)


@given(st.integers(1 - 2**63, 2**63 - 1), st.sampled_from(["s", "ms", "us", "ns"]))
def test_texts_that_pandas_writes_agree_with_it(nanoseconds, precision):
    written = pd.Timedelta(nanoseconds, "ns").as_unit(precision)
    for text in (str(written), written.isoformat()):
        assert value_here(text) == value_in_pandas(text)
