"""What users put on values counts, under whatever names other classes keep their own."""

import datetime
import ipaddress

import pytest

from memoxide._core import encode_value


def subclass(module, name):
    """A class of the user's own below one of a library; its library may not be installed."""
    base = getattr(pytest.importorskip(module), name)
    return type(f"Users{name}", (base,), {"__module__": __name__})


# By class: how an instance is made, and names that classes beside it in its family keep.
CASES = {
    "datetime.datetime": (lambda cls: cls(2020, 1, 1), ["_h", "_i", "_s"]),
    "datetime.timedelta": (lambda cls: cls(1), ["_h", "_i", "_s"]),
    "ipaddress.IPv4Address": (lambda cls: cls("1.2.3.4"), ["network", "netmask", "hosts", "_str"]),
    "ipaddress.IPv6Interface": (lambda cls: cls("::1/64"), ["network_address", "hosts"]),
    "ipaddress.IPv4Network": (lambda cls: cls("1.2.3.0/24"), ["network", "_ip"]),
    "scipy.sparse.csr_matrix": (lambda cls: cls([[1]]), ["row", "col", "offsets", "rows", "_dict"]),
    "scipy.sparse.dok_array": (lambda cls: cls([[1]]), ["row", "data", "indptr", "_nnz"]),
}
cases = [(case, name) for case, (_, names) in CASES.items() for name in [*names, "note"]]


@pytest.mark.parametrize(("case", "name"), cases)
def test_they_count(key, case, name):
    cls, (make, _) = subclass(*case.rsplit(".", 1)), CASES[case]
    one, other = make(cls), make(cls)
    assert key(one) == key(other)
    setattr(one, name, 1)
    setattr(other, name, 2)
    assert key(one) != key(other)


def test_networks_of_few_addresses_are_records(key):
    for text in ("1.2.3.0/31", "1.2.3.4/32", "::/127", "::1/128"):
        network = ipaddress.ip_network(text)
        assert "hosts" in vars(network)
        encoded = encode_value(network)
        assert encoded.startswith(b"\x33\x02\x06")
        before = key(network)
        assert network.broadcast_address
        assert key(network) == before


def test_what_a_library_remembers_does_not_count(key):
    interface = ipaddress.ip_interface("1.2.3.4/24")
    before = key(interface)
    assert interface.hostmask
    assert key(interface) == before
    assert key(datetime.timedelta(1)) == key(datetime.timedelta(hours=24))


class Hidden(datetime.date):
    @property
    def __dict__(self):
        return {}


class Slotted(datetime.date):
    __slots__ = ("note",)


class Shadowed(Slotted):
    @property
    def note(self):
        return None


class Iterated(datetime.date):
    __slots__ = iter(["note"])


class Private(datetime.date):
    __slots__ = ("__note",)

    def put(self, note):
        self.__note = note


Private.__name__ = "Renamed"

PUT = {
    Hidden: lambda value, note: setattr(value, "note", note),
    Slotted: lambda value, note: setattr(value, "note", note),
    Shadowed: Slotted.note.__set__,
    Iterated: lambda value, note: setattr(value, "note", note),
    Private: Private.put,
}


@pytest.mark.parametrize("cls", PUT)
def test_what_a_class_hides_counts(key, cls):
    keys = set()
    for note in (None, 1, 2, 1):
        value = cls(2020, 1, 1)
        if note is not None:
            PUT[cls](value, note)
        keys.add(key(value))
    assert len(keys) == 3


class Twice(Slotted):
    __slots__ = ("note",)


def test_of_two_slots_of_one_name_the_first_counts(key):
    one, other, third = (Twice(2020, 1, 1) for _ in range(3))
    for value, note in ((one, 1), (other, 2), (third, 1)):
        value.note = note
        Slotted.note.__set__(value, 0)
    assert key(one) == key(third) != key(other)
