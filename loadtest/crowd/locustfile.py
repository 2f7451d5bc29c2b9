"""Locust's entry: patients post signed webhooks, and the stand-in's record says when they were answered."""

import itertools
import os
import random
import time
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, LoadTestShape, constant, events, task
from locust.env import Environment

from appliance.demo.handset import Writing
from loadtest.arrivals import Arrival, Arrivals
from loadtest.crowd.conversations import Conversation, Deck, load_mix
from loadtest.crowd.job import JOB_VARIABLE, Job
from loadtest.crowd.register import Message, Register
from loadtest.crowd.shape import Stair, load_shape
from loadtest.figures.percentiles import percentile
from loadtest.figures.samples import write_samples
from loadtest.webhooks import TIMEOUT_S, Signer, Webhook

_LOOK_EVERY_S = 0.02
_BURST_GAP_S = (0.3, 0.8)
_LONGEST_WAIT_S = 120.0
_LEAST_THINK_S = 2.0
"""Nobody reads a reply and writes the next question faster."""

job = Job.load(Path(os.environ[JOB_VARIABLE]))
shape = load_shape(job.shape, job.seconds, job.times)
rng = random.Random(job.seed)  # noqa: S311 - a repeatable choice, no secret
deck = Deck(load_mix(kinds=job.kinds), rng)
signer = Signer(job.url)
addresses = (f"whatsapp:+1202{number:07}" for number in itertools.count(5550000))


def _heard(message: Message, arrival: Arrival) -> None:
    _fire(message.kind, (arrival.at_s - message.sent_s) * 1000, len(arrival.body), None)


def _too_many(arrival: Arrival) -> None:
    _fire("unexpected", 0, len(arrival.body), AssertionError("a reply that nobody waited for"))


def _fire(name: str, response_ms: float, length: int, exception: Exception | None) -> None:
    events.request.fire(
        request_type="E2E",
        name=name,
        response_time=response_ms,
        response_length=length,
        exception=exception,
        context={},
    )


register = Register(_heard, _too_many)


class Patient(FastHttpUser):
    """Holds one conversation after the other, each as a new patient, and reads before it writes again."""

    host = job.url
    wait_time = constant(0)
    connection_timeout = TIMEOUT_S
    network_timeout = TIMEOUT_S

    def on_start(self) -> None:
        """Patients do not begin all at once."""
        gevent.sleep(rng.uniform(0, shape.think_s))

    @task
    def converse(self) -> None:
        """One conversation."""
        conversation, address = deck.deal(), next(addresses)
        for turn in conversation.turns:
            began_s = time.monotonic()
            self._write(address, conversation, turn)
            self._read(address)
            pause_s = rng.expovariate(1 / shape.think_s) - (time.monotonic() - began_s)
            gevent.sleep(max(_LEAST_THINK_S, pause_s))

    def _write(self, address: str, conversation: Conversation, turn: tuple[str, ...]) -> None:
        for number, text in enumerate(turn):
            if number:
                gevent.sleep(rng.uniform(*_BURST_GAP_S))
            webhook = signer.webhook(Writing(address, text, profile_name="Marta"))
            message = register.sent(address, conversation.kind, time.time())
            # By a greenlet of its own: when the patient goes, what was begun is still posted to its end.
            gevent.spawn(self._post, webhook, message).join()

    def _post(self, webhook: Webhook, message: Message) -> None:
        # One connection for each: a kept one may be closed just as a webhook is posted on it.
        headers = {**webhook.headers, "Connection": "close"}
        began_s = time.perf_counter()
        answer = self.client.post(signer.url, data=dict(webhook.form), headers=headers, name="webhook")
        message.acknowledged_ms = (time.perf_counter() - began_s) * 1000
        message.status = answer.status_code

    @staticmethod
    def _read(address: str) -> None:
        with gevent.Timeout(_LONGEST_WAIT_S, False):  # noqa: FBT003 - Locust's way to say: raise nothing
            while register.waits(address):
                gevent.sleep(_LOOK_EVERY_S)


class Stairs(LoadTestShape):
    """As many patients as the present stair needs; ends early when the shape says so."""

    def __init__(self) -> None:
        super().__init__()
        self._stair: Stair | None = shape.stairs[0]
        self._began_s = 0.0

    def tick(self) -> tuple[int, float] | None:
        """How many patients, and how many of them begin in a second; None: the run is over."""
        stair = shape.stair(self.get_run_time())
        if stair is not self._stair and self._too_slow():
            return None
        if stair is not self._stair:
            self._stair, self._began_s = stair, time.time()
        return None if stair is None else (shape.patients(stair), max(1, shape.patients(stair)))

    def _too_slow(self) -> bool:
        if shape.ends_above_p95_s is None:
            return False
        latencies = [
            message.answered_s - message.sent_s
            for message in register.messages
            if message.last and message.answered_s is not None and message.sent_s >= self._began_s
        ]
        return percentile(latencies, 0.95) > shape.ends_above_p95_s


@events.test_start.add_listener
def watch(environment: Environment, **_: Any) -> None:
    """Read the stand-in's record from now on."""
    del environment
    gevent.spawn(_watch)


@events.test_stop.add_listener
def finish(environment: Environment, **_: Any) -> None:
    """Wait for the last replies; what has none then counts as a failure."""
    del environment
    with gevent.Timeout(job.drain_s, False):  # noqa: FBT003 - as above
        while register.waiting:
            gevent.sleep(_LOOK_EVERY_S)
    for message in register.messages:
        if message.answered_s is None:
            _fire(message.kind, 0, 0, AssertionError("no reply"))
    write_samples(Path(job.samples), register.samples())


def _watch() -> None:
    arrivals = Arrivals(Path(job.record))
    while True:
        for arrival in arrivals.new():
            register.arrived(arrival)
        gevent.sleep(_LOOK_EVERY_S)
