"""The picture of how data flow: what is configured is in it, what is not is not, and the channel is named."""

from appliance.report.flow import HEIGHT, WIDTH, flow_of
from appliance.settings import Settings


def names(**values: str) -> set[str]:
    return {box.name for box in flow_of(Settings.model_validate(values)).boxes}


def test_the_channel_is_always_named_and_outside() -> None:
    outside = {box.name: box.lines for box in flow_of(Settings.model_validate({})).boxes if box.outside}
    assert outside["twilio"] == ("Twilio", "api.twilio.com")
    assert outside["meta"][0] == "Meta"


def test_what_is_not_configured_is_not_drawn() -> None:
    assert not {"engine", "syslog"} & names()
    assert {"engine", "syslog"} <= names(engine_url="http://127.0.0.1:8000", syslog_url="udp://log:514")


def test_everything_lies_within_the_picture() -> None:
    drawn = flow_of(
        Settings.model_validate({"engine_url": "http://127.0.0.1:8000", "syslog_url": "udp://log:514"})
    )
    for box in drawn.boxes:
        assert 0 <= box.x <= box.x + box.width <= WIDTH
        assert 22 <= box.y <= box.y + box.height <= HEIGHT
        assert box.outside == (box.x < drawn.inside_x)
