"""A hit looks at little, however much is behind the function, and misses no change for that."""

import sys

SOURCE = """
import user_other
RATE = 1
count = 0
def plain(x): return x * RATE
def positional(x, y=1): return plain(x) * y
def keywords(x, *, y=1): return positional(x) * y
class Thing:
    rate = 1
    def run(self, x): return keywords(x) * self.rate
class Child(Thing): pass
def closed():
    rate = 1
    def inner(x): return Child().run(x) * rate
    def change(value):
        nonlocal rate
        rate = value
    return inner, change
inner, change = closed()
@mx.cache_data
def f(x):
    global count
    count += 1
    import user_lazy
    return inner(x) * user_other.RATE * user_lazy.RATE
"""


def changes(code, other, lazy):
    return {
        "a global": lambda: setattr(code, "RATE", 3),
        "a global by a name that was put together": lambda: vars(code).update({"RA" + "TE": 4}),
        "a name that is gone": lambda: delattr(code, "RATE"),
        "a name that is new": lambda: setattr(code, "RATE", 37),
        "a helper": lambda: setattr(code, "plain", lambda x: x * 5),
        "new defaults": lambda: setattr(code.plain, "__defaults__", (1,)),
        "code": lambda: setattr(code.positional, "__code__", (lambda x, y: x * 7).__code__),
        "defaults": lambda: setattr(code.positional, "__defaults__", (11,)),
        "keyword defaults": lambda: setattr(code.keywords, "__kwdefaults__", {"y": 13}),
        "in place": lambda: code.keywords.__kwdefaults__.update(y=17),
        "a base's attribute": lambda: setattr(code.Thing, "rate", 3),
        "it again": lambda: setattr(code.Thing, "rate", 19),
        "the class's own": lambda: setattr(code.Child, "rate", 23),
        "a method": lambda: setattr(code.Thing, "run", lambda self, x: x),
        "a variable of a closure": lambda: code.change(29),
        "another module": lambda: setattr(other, "RATE", 31),
        "a module that is loaded": lambda: sys.modules.update(user_lazy=lazy),
        "another class": lambda: setattr(code, "Child", code.Thing),
    }


def test_each_change_is_noticed_among_many_hits(user):
    other = user("RATE = 1\n", "user_other")
    lazy = user("RATE = 41\n", "user_lazy")
    user("RATE = 1\n", "user_lazy")
    code = user(SOURCE)
    keys = [code.f.key(1)]
    for name, change in changes(code, other, lazy).items():
        for _ in range(3):
            assert code.f.key(1) == keys[-1], name
        change()
        assert code.f.key(1) != keys[-1], name
        keys.append(code.f.key(1))


def test_what_is_counted_beside_costs_no_entry(user):
    user("RATE = 1\n", "user_other")
    user("RATE = 1\n", "user_lazy")
    code = user(SOURCE)
    for x in (1, 1, 2, 1, 2):
        assert code.f(x) == x
        code.unrelated = x
    assert code.count == 2
