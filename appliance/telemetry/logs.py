"""Structured logs: one JSON object a line on standard error, with no patient text and no address."""

import logging
import sys
from typing import TextIO

import structlog


def configure_logs(stream: TextIO = sys.stderr, *, level: str = "INFO") -> None:
    """Send the appliance's events, and the libraries' warnings, to the stream."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    # Libraries may quote what they were given: only their warnings, and only the name of the library.
    logging.basicConfig(stream=stream, level=logging.WARNING, format="%(levelname)s %(name)s", force=True)
