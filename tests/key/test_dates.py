"""Dates and times: zone, fold and class count."""

import datetime as dt
import importlib.resources
import zoneinfo

import pytest

from memoxide.errors import UnhashableParamError

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NOON = dt.datetime(2024, 10, 27, 12)


class Moment(dt.datetime):
    pass


class Noted(dt.datetime):
    __slots__ = ("__dict__", "note")


def noted(note):
    moment = Noted(2024, 10, 27, 12)
    moment.note = note
    return moment


class Renamed(zoneinfo.ZoneInfo):
    key = "somewhere"


class Silent(dt.date):
    """Tells others less than it is."""

    def __new__(cls, *args, secret=None):
        self = super().__new__(cls, *args)
        self.secret = secret
        return self

    def __reduce__(self):
        return Silent, (self.year, self.month, self.day)


def test_dates_and_times_differ(differ):
    early = dt.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN)
    differ([
        NOON, NOON.date(), NOON.time(), NOON.replace(microsecond=1), NOON.replace(second=1),
        NOON.replace(tzinfo=dt.timezone.utc), NOON.replace(tzinfo=BERLIN),
        NOON.replace(tzinfo=zoneinfo.ZoneInfo("UTC")),
        NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=1))),
        NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=1), "CET")),
        early, early.replace(fold=1), NOON.replace(fold=1),
        dt.time(2, 30), dt.time(2, 30, fold=1), dt.time(2, 30, tzinfo=dt.timezone.utc),
        dt.timedelta(1), dt.timedelta(0, 1), dt.timedelta(0, 0, 1), dt.timedelta(-1),
        dt.timedelta(),
        dt.timezone.utc, dt.timezone(dt.timedelta(0), "UTC"), BERLIN, zoneinfo.ZoneInfo("UTC"),
        dt.date(2024, 1, 2), dt.date(2024, 2, 1), (2024, 1, 2), "2024-01-02",
        Moment(2024, 10, 27, 12), noted("a"), noted("b"),
    ])  # fmt: skip


def test_equal_moments_have_one_key(key):
    assert key(dt.timedelta(seconds=3600)) == key(dt.timedelta(hours=1))
    assert key(NOON) == key(dt.datetime.fromisoformat("2024-10-27T12:00"))
    zone = zoneinfo.ZoneInfo.no_cache("Europe/Berlin")
    assert key(NOON.replace(tzinfo=zone)) == key(NOON.replace(tzinfo=BERLIN))
    assert key(noted("a")) == key(noted("a"))


def test_a_reduction_of_the_users_own_is_taken_at_its_word(key):
    assert key(Silent(2024, 1, 1, secret=1)) == key(Silent(2024, 1, 1, secret=2))
    assert key(Silent(2024, 1, 1)) != key(dt.date(2024, 1, 1))


def test_a_zone_of_the_users_own_counts(key):
    class Zone(dt.tzinfo):
        def __init__(self, hours):
            self.hours = hours

        def utcoffset(self, _):
            return dt.timedelta(hours=self.hours)

    assert key(NOON.replace(tzinfo=Zone(1))) == key(NOON.replace(tzinfo=Zone(1)))
    assert key(NOON.replace(tzinfo=Zone(1))) != key(NOON.replace(tzinfo=Zone(2)))


def test_a_zone_cannot_hide_its_key(key):
    assert key(Renamed("UTC")) == key(Renamed("UTC")) != key(Renamed("Europe/Berlin"))


def test_a_zone_from_a_file_is_refused(key):
    for folder in (*zoneinfo.TZPATH, None):
        try:
            if folder is None:
                file = importlib.resources.files("tzdata.zoneinfo").joinpath("UTC").open("rb")
            else:
                file = open(f"{folder}/UTC", "rb")
        except (OSError, ModuleNotFoundError):
            continue
        with file:
            zone = zoneinfo.ZoneInfo.from_file(file, key="Europe/Berlin")
        with pytest.raises(UnhashableParamError, match="from a file"):
            key(zone)
        return
    pytest.skip("no file of a zone on this machine")


def test_times_and_spans_of_pendulum(key, differ):
    pendulum = pytest.importorskip("pendulum")

    def time(fold=0, zone="Europe/Paris"):
        return pendulum.datetime(2020, 10, 25, 2, 30, tz=zone, fold=fold)

    def noted(value, note):
        value.note = note
        return value

    differ([
        time(), time(1), time(zone="Europe/Rome"), noted(time(), 1), noted(time(), 2),
        dt.datetime(2020, 10, 25, 2, 30), pendulum.Time(1), pendulum.Time(1, fold=1),
        pendulum.date(2020, 1, 1), dt.date(2020, 1, 1), time().diff(time().add(days=1)),
        time().diff(time().add(months=1)), time().diff(time().subtract(months=1)),
        pendulum.duration(months=1), pendulum.duration(days=30), pendulum.duration(days=31),
        pendulum.duration(years=1), pendulum.duration(days=365),
    ])  # fmt: skip
    assert key(time()) == key(time())
    span = pendulum.duration(months=1, days=3)
    assert span.in_words()
    assert key(span) == key(pendulum.duration(months=1, days=3))
