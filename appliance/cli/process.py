"""What the commands that serve until they are told to stop have in common."""

import asyncio
import gc
import signal

from appliance.settings import Settings, load_settings
from appliance.telemetry.crash import leave_no_core
from appliance.telemetry.logs import configure_logs
from appliance.telemetry.supervisor import tell_ready


def begin() -> Settings:
    """The settings; from here on nothing is written but the log, and no core when it crashes."""
    leave_no_core()
    settings = load_settings()
    configure_logs(level=settings.log_level)
    return settings


def ready() -> None:
    """Tell the supervisor; the pack and the libraries stay to the end, and the collector need not search them."""
    gc.collect()
    gc.freeze()
    tell_ready()


def stop_signal() -> asyncio.Event:
    """Set when the process is told to stop."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped
