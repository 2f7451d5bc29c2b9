"""Turns off the usage statistics of libraries."""

import os
from collections.abc import MutableMapping

_VARIABLES = {
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # onnxruntime 1.32 reports to its maker, in C++: where Python's audit events see nothing.
    "ORT_DISABLE_TELEMETRY": "1",
}


def silence_libraries(environ: MutableMapping[str, str] = os.environ) -> None:
    """Tell the libraries to send none; before they are imported, since they look only then."""
    for name, value in _VARIABLES.items():
        environ.setdefault(name, value)
