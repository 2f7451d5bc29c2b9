"""Numbers that stand for a person: telephone, health card, identity card, bank account, birth date."""

import re
from collections.abc import Callable, Iterable

import phonenumbers
from stdnum import iban, luhn

from appliance.safety.masking.spans import STAYS, Spans

# The hospital's country: how a telephone number without a country code is read.
_REGION = "ES"

# `\b` is no help in Chinese, where a number follows a letter without a space.
_START, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_UNIT = r"\s*(?:mg|mcg|µg|ug|g|kg|ml|cl|l|ui|iu|u|ie|eur|euros?|€|\$|%)\b"

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_NUMERIC_DATE = (
    rf"(?:{_DAY}(?P<{{0}}>[ ./-]){_MONTH}(?P={{0}})(?:{_YEAR}|\d\d)|{_MONTH}[/-]{_DAY}[/-]{_YEAR}"
    rf"|{_YEAR}[./-]{_MONTH}[./-]{_DAY})"
)
_WORDED_DATE = (
    rf"(?:{_DAY}(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+|d['’]|of\s+)?[^\W\d_]{{3,12}}\.?,?\s+(?:de\s+|del\s+)?{_YEAR}"
    rf"|[^\W\d_]{{3,12}}\.?\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}|{_YEAR}\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*日?)"
)
_BORN = (
    r"fecha\s+(?:de\s+)?nac\w*|f\.?\s?nac\w*\.?|naci(?:d[oa]|ó)\b|nac[ií]\b|data\s+de\s+naixement|nascuda?\b"
    r"|vaig\s+n[èée]ixer|date\s+of\s+birth|d\.?o\.?b\b\.?|birth\s?da(?:te|y)|born\b|date\s+de\s+naissance"
    r"|n[ée]e?\s+(?:le|en)\b|geburtsdatum|geb\.|geboren\b|data\s+di\s+nascita|nat[oa]\s+il\b|data\s+de\s+nascimento"
    r"|nascid[oa]\b|nasci\b|data\s+na[sșş]terii|n[aă]scut[aă]?\b|تاريخ\s+(?:ال)?ميلاد\w*|مواليد|ولدت"
    r"|дата\s+народження|день\s+народження|народи(?:вся|лася|лась)|出生日期|出生于|出生|生于|生日"
    r"|cumplea[nñ]os|aniversari|anniversaire|geburtstag|compleanno|anivers[aá]rio|ziua\s+de\s+na[sș]tere"
)
_BIRTH = re.compile(
    rf"(?:{_BORN})[\s:：.,=(–-]*(?:(?:el|on|le|am|il|em|en|in|în|a|an|у|в|la|pe|dia|día|is|es|é|è|est|ist|este|في|هو|是|为)\s*)*"
    rf"(?P<date>{_NUMERIC_DATE.format('a')}|{_WORDED_DATE}|{_YEAR}(?!\d))",
    re.IGNORECASE,
)
# Not followed by more of the same: 06 12 34 56 78 is a telephone number.
_OTHER_DATE = re.compile(
    rf"{_START}(?:{_NUMERIC_DATE.format('b')}|{_WORDED_DATE})(?![ .]\d\d[ .]\d|\.\d){_END}", re.IGNORECASE
)
_POSTAL_CODE = re.compile(
    r"(?:c[oó]digo\s+postal|codi\s+postal|code\s+postal|cod\s+po[sș]tal|post(?:al)?\s?code|zip(?:\s+code)?|\bplz|\bcap"
    r"|\bcep|індекс|الرمز\s+البريدي|邮编|邮政编码)[\s:：.]{0,3}\d{4,5}(?:-\d{3,4})?(?!\d)",
    re.IGNORECASE,
)
_DOSE = re.compile(rf"{_START}\d[\d., ]{{0,12}}{_UNIT}", re.IGNORECASE)

# Letters of addresses: not Chinese or Arabic, which stand beside an address without a space.
_MAIL = r"A-Za-z0-9À-ÖØ-öø-ɏЀ-ӿ"
_EMAIL = re.compile(
    rf"(?<![{_MAIL}_.+'-])[{_MAIL}_.+'-]{{1,64}}\s?@\s?[{_MAIL}-]{{1,63}}(?:\.[{_MAIL}-]{{1,63}}){{1,8}}"
    # Spelled out, so that no machine takes it for an address.
    rf"|(?<![{_MAIL}_.+'-])[{_MAIL}_.+'-]{{1,64}}\s?[(\[]\s?(?:at|arroba)\s?[)\]]\s?[{_MAIL}-]{{1,63}}"
    rf"(?:(?:\.|\s?[(\[]\s?(?:dot|punto)\s?[)\]]\s?)[{_MAIL}-]{{1,63}}){{1,8}}"
    rf"|(?<![{_MAIL}_.+'-])[{_MAIL}_.+'-]{{1,64}}\s(?:at|arroba)\s[{_MAIL}.-]{{1,63}}(?:\s(?:dot|punto|punt)\s[{_MAIL}-]{{1,63}}){{1,4}}",
    re.IGNORECASE,
)
_IBAN = re.compile(
    rf"{_START}[A-Za-z]{{2}}\d\d(?:[ -]?[A-Za-z0-9]{{4}}){{2,7}}(?:[ -]?[A-Za-z0-9]{{1,4}})?{_END}"
)
_CARD = re.compile(rf"{_START}\d(?:[ -]?\d){{13,18}}{_END}")
_CARDS_OF_A_PERSON = re.compile(
    rf"{_START}(?:"
    r"\d{8}[- ]?[A-Za-z]|\d{2}\.\d{3}\.\d{3}[- ]?[A-Za-z]"  # DNI
    r"|[XYZxyz][- ]?\d{7}[- ]?[A-Za-z]"  # NIE
    r"|[A-Z]{4}[ -]?[01](?:[ -]?\d){9}|[a-z]{4}[01]\d{9}"  # CIP of Catalonia
    r"|[A-Za-z]{6}\d\d[A-Za-z]\d\d[A-Za-z]\d{3}[A-Za-z]"  # codice fiscale
    r"|\d{6}(?:19|20)\d{6}[\dXx]"  # China
    r"|\d{8}[ -]?\d[ -]?[A-Z]{2}\d"  # Portugal
    r"|\d\d/\d{7,8}/\d\d"  # social security of Spain
    rf"){_END}"
)
# Passports and cards elsewhere: letters and at least five digits, in one word.
_MIXED = re.compile(
    rf"{_START}(?=\d{{0,20}}[A-Za-z])(?=(?:[A-Za-z]{{0,20}}\d){{5}})[A-Za-z0-9]{{7,20}}{_END}"
)
_LABELLED = re.compile(
    r"\b(?:dni|nie|nif|cip|nhc|sip|nuhsa|nhs|mrn|cnp|passport|pasaporte|passaport|passeport|reisepass(?:nummer)?"
    r"|passaporto|passaporte|pașaport|паспорт|buletin|seria|historia(?:\s+cl[ií]nica)?|expediente|dossier|tarjeta|targeta|carte"
    r"|karte|tessera|cart[ãa]o|card)(?:\s+(?:number|no|n[º°r]?|num\w*|sanitaria|sanitària|vitale|seria))*"
    r"[\s.:：#nº°]{0,4}(?:(?:is|es|és|est|ist|è|é|este|هو|是)\s)?\s?"
    r"(?P<number>[A-Za-zА-ЯІЇЄҐа-яіїєґ]{0,4}[ -]?\d(?:[ -]?\d){4,19}[ -]?[A-Za-z]?)" + _END,
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(rf"(?<![0-9A-Za-z.,:/])[+(]?\d(?:[ \u00a0\u202f().\-–‑]{{0,2}}\d){{6,24}}{_END}")
_LABELLED_PHONE = re.compile(
    r"\b(?:tel|tél|tlf|telf|tfno|tel[eè]fono?|t[eé]l[eé]fono|telefon|phone|mobile|m[oó]vil|handy|cellulare|telem[oó]vel|тел)"
    rf"[\s.:]{{0,3}}(?P<number>[+(]?\d(?:[ ()./-]{{0,2}}\d){{5,14}}){_END}",
    re.IGNORECASE,
)


def claim_identifiers(spans: Spans, public: Iterable[str] = ()) -> None:
    """Claim every identifier of the text, and the dates and doses that look like one and stay.

    Args:
        spans: of the text.
        public: texts with the hospital's own numbers, which stay.
    """
    lines = {_subscriber(number) for text in public for number in _LONG_NUMBER.findall(text)}
    for match in spans.search(_LONG_NUMBER):
        if _subscriber(match.group()) in lines:
            spans.claim(*match.span(), STAYS)
    _claim(spans, _EMAIL, "email")
    for match in spans.search(_BIRTH):
        spans.claim(*match.span("date"), "date")
    for match in spans.search(_IBAN):
        spans.claim(match.start(), match.start() + _iban_length(match.group()), "iban")
    _claim(spans, _CARDS_OF_A_PERSON, "id")
    _claim(spans, _CARD, "card", lambda number: luhn.is_valid(re.sub(r"\D", "", number)))
    _claim(spans, _DOSE, STAYS)
    _claim(spans, _OTHER_DATE, STAYS)
    _claim(spans, _POSTAL_CODE, STAYS)
    for match in spans.search(_LABELLED):
        spans.claim(*match.span("number"), "id")
    for match in spans.search(_LABELLED_PHONE):
        spans.claim(*match.span("number"), "phone")
    _claim(spans, _MIXED, "id")
    for match in spans.search(_LONG_NUMBER):
        spans.claim(*match.span(), "phone" if _is_phone(match.group()) else "id")


def _claim(
    spans: Spans, pattern: re.Pattern[str], kind: str, valid: Callable[[str], bool] = lambda _: True
) -> None:
    for match in spans.search(pattern):
        if valid(match.group()):
            spans.claim(*match.span(), kind)


def _iban_length(text: str) -> int:
    """How much of the text is an IBAN: words that follow it look like more of it."""
    ends = [len(text), *(at for at in range(len(text) - 1, 14, -1) if text[at] in " -")]
    return next((end for end in ends if iban.is_valid(text[:end])), 0)


def _subscriber(number: str) -> str:
    """The last nine digits: the same with and without the country's code."""
    return re.sub(r"\D", "", number)[-9:]


def _is_phone(number: str) -> bool:
    digits = sum(character.isdigit() for character in number)
    if number.lstrip("(").startswith(("+", "0")) and 9 <= digits <= 15:
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, _REGION))
    except phonenumbers.NumberParseException:
        return False
