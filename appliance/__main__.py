"""The command: `appliance`, or `python -m appliance`."""

import sys

from rich.console import Console

from appliance.cli.app import application
from appliance.egress.silence import silence_libraries
from appliance.errors import ApplianceError


def main() -> None:
    """Run the command; a failure of the appliance's own is told in its words, with exit code 1."""
    silence_libraries()
    try:
        application(sys.argv[1:])()
    except ApplianceError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"appliance: {error}", style="red", markup=False, highlight=False
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
