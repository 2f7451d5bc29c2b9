"""Sockets on loopback: bound before all else, and refused with words that help."""

import socket

import aiohttp
import pytest
from quart import Quart

from appliance.demo.listening import PortTaken, listen, serving


def test_a_taken_port_is_refused_and_another_way_is_named() -> None:
    first = listen(0)
    port = int(first.url.rpartition(":")[2])
    with pytest.raises(PortTaken, match=f"port {port} .* another program listens there.*--port 0"):
        listen(port)
    first.socket.close()


@pytest.mark.parametrize("port", [70_000, -1])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(PortTaken, match=str(port)):
        listen(port)


async def test_a_request_that_comes_before_the_server_is_answered_by_it() -> None:
    place = listen(0)
    port = int(place.url.rpartition(":")[2])
    app = Quart("early")

    @app.get("/")
    async def early() -> str:
        return "here"

    with socket.create_connection(("127.0.0.1", port)) as early_bird:
        early_bird.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        async with serving(app, place), aiohttp.ClientSession() as client, client.get(place.url) as answer:
            assert await answer.text() == "here"
        assert b"here" in early_bird.recv(4096)


async def test_the_servers_own_failure_is_raised() -> None:
    app = Quart("broken")

    @app.before_serving
    async def fail() -> None:
        raise ValueError("cannot start")

    with pytest.raises(Exception, match="cannot start"):
        async with serving(app, listen(0)):
            raise AssertionError("it must not come here")
