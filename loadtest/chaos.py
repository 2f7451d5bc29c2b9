"""The chaos harness: python loadtest/chaos.py --messages 3000 --kills 40 --seed 1."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a file: the folder above is where `loadtest` is found, and its own modules are no top-level ones.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from loadtest.havoc.command import main

    main()
