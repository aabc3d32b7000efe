"""The command `memoxide`: what lies on the disk, and what to do with it."""

from __future__ import annotations

import sys
from importlib import import_module

# Subcommands that need no further package: the module whose `main(arguments)` returns the status.
PLAIN: dict[str, str] = {"run": "memoxide.streamlit.command"}

NEEDED = {"click", "rich"}


def main() -> int:
    """Run the command with the process's arguments; return its exit status."""
    name, *arguments = sys.argv[1:] or [""]
    if name in PLAIN:
        status: int = import_module(PLAIN[name]).main(arguments)
        return status
    try:
        from memoxide.cli import commands
    except ModuleNotFoundError as error:
        needed = (error.name or "").partition(".")[0]
        if needed not in NEEDED:
            raise
        print(
            f"memoxide: the command needs {needed}; pip install 'memoxide[cli]' brings it",
            file=sys.stderr,
        )
        return 2
    return commands.run()
