"""Shows a worker's metrics to Prometheus; a gateway shows its own among its routes."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from appliance.errors import SettingsError


@contextmanager
def shown(registry: CollectorRegistry, bind: str) -> Iterator[None]:
    """Serve the metrics at http://BIND/metrics, in a thread; "" serves nothing.

    Raises:
        SettingsError: nothing can listen there.
    """
    if not bind:
        yield
        return
    host, _, port = bind.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry)
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"metrics_bind (APPLIANCE_METRICS_BIND): cannot listen on {bind}: {error}"
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
