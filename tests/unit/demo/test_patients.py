"""The invented patients: one a language, with numbers that can be nobody's."""

import re

from appliance.demo.patients import HOSPITAL, load_patients

LANGUAGES = ("es", "ca", "en", "fr", "de", "it", "pt", "ro", "ar", "uk", "zh")


def test_there_is_a_patient_for_each_language_in_the_packs_order() -> None:
    assert tuple(patient.language for patient in load_patients(LANGUAGES)) == LANGUAGES
    assert [patient.language for patient in load_patients(("zh", "nl", "es"))] == ["zh", "es"]


def test_every_number_is_reserved_for_fiction_and_used_once() -> None:
    addresses = [f"{patient.addresses}42" for patient in load_patients(LANGUAGES)] + [HOSPITAL]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"whatsapp:\+12\d\d55501\d\d", address) for address in addresses)


def test_each_patient_has_six_samples_and_only_arabic_is_written_from_the_right() -> None:
    patients = load_patients(LANGUAGES)
    assert {len(patient.samples) for patient in patients} == {6}
    assert [patient.language for patient in patients if patient.direction == "rtl"] == ["ar"]
