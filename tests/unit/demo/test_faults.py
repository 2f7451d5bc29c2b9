"""What goes wrong at the stand-in is what it was told, as often as it was told."""

import pytest

from appliance.demo.standin.faults import Fault, Faults, InvalidFaults


def test_a_fault_happens_as_often_as_it_was_set() -> None:
    fault = Fault(http_status=500, times=2)
    faults = Faults(fault)
    assert [faults.next("create", "ana") for _ in range(3)] == [fault, fault, None]
    assert faults.told()[0]["happened"] == 2


def test_a_fault_concerns_one_kind_of_request_and_one_recipient() -> None:
    faults = Faults(Fault(on="list", to="ana"))
    assert faults.next("create", "ana") is None
    assert faults.next("list", "bram") is None
    assert faults.next("list", "ana")


def test_the_first_fault_that_fits_happens() -> None:
    refused, slow = Fault(to="ana", http_status=400, times=1), Fault(delay_s=1)
    faults = Faults(refused, slow)
    assert [faults.next("create", "ana") for _ in range(2)] == [refused, slow]


def test_a_share_is_drawn_the_same_way_in_each_run() -> None:
    draws = [[Faults(Fault(share=0.3), seed=7).next("create", "a") for _ in range(1)] for _ in range(2)]
    assert draws[0] == draws[1]
    faults = Faults(Fault(share=0.3), seed=7)
    happened = sum(faults.next("create", "a") is not None for _ in range(1000))
    assert 200 < happened < 400


def test_a_plan_is_read_from_json_and_replaces_the_one_before() -> None:
    faults = Faults(Fault())
    faults.plan('[{"taken": true, "http_status": 503, "times": 1}]')
    assert faults.next("create", "ana") == Fault(taken=True, http_status=503, times=1)
    assert faults.next("create", "ana") is None


@pytest.mark.parametrize("document", ["", "{}", '[{"on": "everything"}]', '[{"tims": 1}]'])
def test_a_plan_of_another_form_is_refused(document: str) -> None:
    with pytest.raises(InvalidFaults, match="expected a JSON list of faults"):
        Faults().plan(document)
