"""Libraries are told to send no usage statistics, and somebody's own word on it is left alone."""

from appliance.egress.silence import silence_libraries


def test_every_library_that_would_report_is_told_not_to() -> None:
    environment: dict[str, str] = {}
    silence_libraries(environment)
    assert set(environment) == {"DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY", "ORT_DISABLE_TELEMETRY"}
    assert set(environment.values()) == {"1"}


def test_what_is_set_already_is_left_alone() -> None:
    environment = {"DO_NOT_TRACK": "yes"}
    silence_libraries(environment)
    assert environment["DO_NOT_TRACK"] == "yes"
