"""How often the functions of an app have run."""

from collections import Counter

calls: Counter[str] = Counter()


def count(name: str) -> None:
    calls[name] += 1
