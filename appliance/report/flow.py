"""The picture of how data flow, drawn from the settings: what is not configured is not in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.egress.peers import peer, place
from appliance.settings import Settings

WIDTH, HEIGHT = 920, 430
_INSIDE_X = 392


@dataclass(frozen=True)
class Box:
    """Something that data pass through: its corner and size, and its lines of text, the first in bold."""

    name: str
    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    outside: bool = False


@dataclass(frozen=True)
class Arrow:
    """From point to point, with what flows; `both` for both ways, `at` for how far along the label stands."""

    x1: int
    y1: int
    x2: int
    y2: int
    label: str
    both: bool = False
    at: float = 0.5

    @property
    def upright(self) -> bool:
        """Whether it goes straight up or down, so that the label stands beside it."""
        return self.x1 == self.x2

    @property
    def place(self) -> tuple[float, float]:
        """Where the label stands: above the arrow, or beside it."""
        x = self.x1 + (self.x2 - self.x1) * self.at
        y = self.y1 + (self.y2 - self.y1) * self.at
        return (x + 9, y + 3) if self.upright else (x, y - 5)


@dataclass(frozen=True)
class Flow:
    """Boxes and arrows; everything from `inside_x` on to the right is the hospital's network."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int = WIDTH
    height: int = HEIGHT
    inside_x: int = _INSIDE_X


def flow_of(settings: Settings) -> Flow:
    """The picture's parts."""
    return Flow(tuple(_boxes(settings)), tuple(_arrows(settings)))


def _boxes(settings: Settings) -> Iterator[Box]:
    yield Box("patient", 20, 60, 110, 64, ("Patient", "WhatsApp"), outside=True)
    yield Box("meta", 20, 190, 110, 64, ("Meta", "WhatsApp"), outside=True)
    yield Box("twilio", 210, 190, 120, 64, ("Twilio", peer("", settings.twilio_api_url).host), outside=True)
    yield Box("gateway", 420, 60, 150, 64, ("Gateway", "checks signatures,", "seals"))
    yield Box("worker", 420, 190, 150, 76, ("Worker", "decides, verifies,", "sends"))
    yield Box("values", 690, 60, 205, 58, ("Conversations, sealed", _short(settings.redis_url)))
    yield Box("vault", 690, 136, 205, 58, ("Wrapped data keys", _short(settings.vault_url)))
    yield Box("journal", 420, 330, 150, 64, ("Journal", "no text of patients"))
    index = _short(settings.qdrant_url) if settings.qdrant_url else "in the worker's memory"
    yield Box("index", 690, 212, 205, 58, ("Approved knowledge", index))
    if settings.engine_url:
        yield Box("engine", 690, 288, 205, 58, ("Language model (vLLM)", _short(settings.engine_url)))
    if settings.syslog_url:
        yield Box("syslog", 690, 362, 205, 50, ("Copy of the journal", _short(settings.syslog_url)))


def _arrows(settings: Settings) -> Iterator[Arrow]:
    yield Arrow(75, 124, 75, 190, "text, number", both=True)
    yield Arrow(130, 222, 210, 222, "text, number", both=True)
    yield Arrow(300, 190, 420, 98, "webhook, TLS", at=0.3)
    reply = "reply, by proxy" if settings.twilio_proxy_url else "reply, TLS"
    yield Arrow(420, 232, 330, 232, reply, at=0.68)
    yield Arrow(570, 85, 690, 85, "sealed", both=True)
    yield Arrow(570, 212, 690, 108, "")
    yield Arrow(570, 224, 690, 165, "keys", both=True)
    yield Arrow(570, 236, 690, 241, "masked", both=True)
    yield Arrow(495, 266, 495, 330, "decisions")
    if settings.engine_url:
        yield Arrow(570, 252, 690, 310, "masked", both=True)
    if settings.syslog_url:
        yield Arrow(570, 372, 690, 387, "records")


def _short(url: str) -> str:
    where = place(url)
    return where if len(where) <= 30 else f"…{where[-29:]}"
