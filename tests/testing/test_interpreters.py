"""A subinterpreter is refused, and leaves the main one as it is."""

import pytest

SCRIPT = """
try:
    import _xxsubinterpreters as interpreters
except ImportError:
    import _interpreters as interpreters

TRY = '''
try:
    import memoxide
    print("imported", flush=True)
except ImportError:
    print("refused", flush=True)
'''

def in_another():
    # Those that share the main one's lock can load more, where there are two kinds.
    try:
        other = interpreters.create("legacy")
    except TypeError:
        other = interpreters.create()
    interpreters.run_string(other, TRY)
    interpreters.destroy(other)

in_another()
in_another()
exec(TRY)
in_another()
import memoxide
assert memoxide.cache_data(lambda: 1)() == 1
"""


def test_a_subinterpreter_is_refused_before_and_after_the_main_one(in_child):
    try:
        out = in_child(SCRIPT)
    except AssertionError as error:
        if "No module named '_interpreters'" in str(error):
            pytest.skip("this Python has no subinterpreters")
        raise
    assert out.split() == ["refused", "refused", "imported", "refused"]
