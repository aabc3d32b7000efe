"""Deep, shared and cyclic structures."""

import pytest


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_nesting_does_not_exhaust_the_stack(key, depth):
    assert key(nested(depth)) == key(nested(depth))
    assert key(nested(depth)) != key(nested(depth + 1))


def test_endless_nesting_raises_recursion_error(in_child):
    in_child("""
        import memoxide as mx
        class Endless:
            def __reduce__(self):
                return Endless, (Endless(),)
        @mx.cache_data
        def f(value): ...
        try:
            f(Endless())
        except RecursionError as error:
            assert "value" in str(error) and "levels" in str(error), error
        else:
            raise AssertionError("no error")
        assert f(1) is None and f(1) is None and f.cache_info().hits == 1
    """)


def doubling(steps, share):
    value = ["the end of a long enough chain that is worth remembering, as it is seen again"]
    for _ in range(steps):
        value = [value, value] if share else [value, [*value]]
    return value


def test_a_doubling_chain_takes_no_time(key):
    assert key(doubling(60, share=True)) == key(doubling(60, share=True))


def test_sharing_does_not_count(key):
    assert key(doubling(8, share=True)) == key(doubling(8, share=False))
    part = {"a": ["some text that is long enough to be remembered by the walk, twice", 1]}
    copy = {"a": ["some text that is long enough to be remembered by the walk, twice", 1]}
    assert key([part, part]) == key([part, copy])


def test_cycles_have_keys(key):
    a = [1]
    a.append(a)
    b = [1]
    b.append(b)
    c = [2]
    c.append(c)
    assert key(a) == key(b)
    assert key(a) != key(c)


def test_where_a_cycle_leads_back_to_counts(key):
    def ring(back_to):
        outer, middle, inner = [0], [0], [0]
        outer.append(middle)
        middle.append(inner)
        inner.append({"outer": outer, "middle": middle, "inner": inner}[back_to])
        return outer

    assert len({key(ring(end)) for end in ("outer", "middle", "inner")}) == 3
    assert key(ring("outer")) == key(ring("outer"))


class Node:
    def __init__(self, name):
        self.name = name
        self.links = []


def complete_graph(size, name="n"):
    nodes = [Node(f"{name}{i}") for i in range(size)]
    for node in nodes:
        node.links = list(nodes)
    return nodes


def test_a_dense_graph_takes_no_time(key):
    assert key(complete_graph(200)) == key(complete_graph(200))
    assert key(complete_graph(200)) != key(complete_graph(199))
    assert key(complete_graph(20)) != key(complete_graph(20, "m"))


def test_edges_of_a_graph_count(key):
    a, b = complete_graph(6), complete_graph(6)
    b[3].links.remove(b[4])
    assert key(a) != key(b)
    assert key(a[0]) != key(b[0])


def test_a_shared_part_of_a_cycle_is_found_again(key):
    def graph():
        root, left, right = Node("root"), Node("left"), Node("right")
        root.links = [left, right]
        left.links = [root]
        right.links = [left]
        return root

    assert key(graph()) == key(graph())
    other = graph()
    other.links[1].links = [other]
    assert key(graph()) != key(other)


def test_who_else_holds_a_part_of_a_cycle_does_not_count(key):
    def ring():
        a, b = ["p"], []
        b.append(a)
        a.append(b)
        return a, b

    a, b = ring()
    held = key([a, a])
    del b
    assert key([a, a]) == held
    other = ring()[0]
    assert key([other, other]) == held


def test_a_cycle_through_a_set_has_one_key_in_any_order(in_child):
    script = """
        import memoxide as mx
        class Node:
            def __init__(self, name): self.name, self.links = name, set()
            def __hash__(self): return hash(self.name)
        def graph(names):
            nodes = [Node(name) for name in names]
            for node in nodes:
                node.links = set(nodes)
            return nodes[0]
        @mx.cache_data
        def f(node): ...
        print(f.key(graph("abc")))
    """
    keys = {in_child(script, PYTHONHASHSEED=str(seed)) for seed in range(4)}
    assert len(keys) == 1


@pytest.mark.parametrize("shape", [
    "L = []; a = N('a', L); b = N('b', L); L += [{a, b}, a]; value = L",
    "p = []; q = [p]; p.append(q); value = {N('x', p), N('y', q)}",
])  # fmt: skip
def test_cycles_beside_sets_have_one_key_under_every_hash_seed(in_child, shape):
    script = f"""
import memoxide as mx
class N:
    def __init__(self, name, link): self.name, self.link = name, link
    def __hash__(self): return hash(self.name)
@mx.cache_data
def f(value): ...
{shape}
print(f.key(value))
"""
    assert len({in_child(script, PYTHONHASHSEED=str(seed)) for seed in range(5)}) == 1


def test_a_large_cycle_through_sets_is_refused_and_does_not_hang(in_child):
    in_child("""
        import memoxide as mx
        class Node:
            pass
        nodes = [Node() for _ in range(40)]
        for node in nodes:
            node.links = set(nodes)
        @mx.cache_data
        def f(node): ...
        try:
            f(nodes[0])
        except mx.errors.UnhashableParamError as error:
            assert "cycle through sets" in str(error)
        else:
            raise AssertionError("no error")
    """)


def test_an_argument_that_changes_meanwhile_is_refused_or_hashed(in_child):
    in_child("""
        import sys, threading, time
        import memoxide as mx
        sys.setswitchinterval(1e-6)
        @mx.cache_data
        def f(value): return 1
        data = {i: [i] for i in range(2000)}
        rows = list(range(2000))
        stop = threading.Event()
        def change():
            i = 0
            while not stop.is_set():
                i += 1
                data[f"x{i % 50}"] = [i]
                data.pop(f"x{(i + 25) % 50}", None)
                rows.append(i)
                rows.pop()
        thread = threading.Thread(target=change)
        thread.start()
        refused = 0
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            try:
                f([data, rows])
            except mx.errors.UnhashableParamError as error:
                assert "changed" in str(error), error
                refused += 1
        stop.set()
        thread.join()
        assert f(1) == 1 and f.contains(1)
    """)


def test_who_passes_a_cycle_does_not_count(key):
    def ring():
        items = []
        items.append(items)
        return items

    def table():
        items = {}
        items["me"] = items
        return items

    held, kept = ring(), table()
    assert key(ring()) == key(held)
    assert key(table()) == key(kept)
