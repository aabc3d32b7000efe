"""`python -m memoxide` is the command `memoxide`."""

import sys

from memoxide.cli import main

if __name__ == "__main__":
    sys.exit(main())
