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
