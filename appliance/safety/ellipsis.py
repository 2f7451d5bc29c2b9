"""Questions that share a predicate, each with its own: "when and where do I go" asks when one goes, and where."""

import re
from collections.abc import Sequence

# Words that ask for a time or a place, and may stand alone beside a question that says what they are about.
_QUESTION_WORDS = {
    "es": "(?:a|hasta|desde) (?:que|qué|q) hora|(?:hasta |desde )?(?:cuando|cuándo)|(?:a ?)?(?:donde|dónde)",
    "ca": "(?:a|fins a|des de) quina hora|fins quan|quan|a on|on",
    "en": "(?:at )?what time|until when|till when|how early|when|where exactly|where",
    "fr": "(?:à|a|jusqu'à) quelle heure|jusqu'à quand|quand|où|ou exactement",
    "de": "um (?:wie viel|wieviel) uhr|bis wann|ab wann|wann|wohin|wo genau|wo",
    "it": "(?:a|fino a|da) che ora|fino a quando|quando|dove",
    "pt": "(?:a|até|desde) que horas?|até quando|quando|aonde|onde",
    "ro": "la ce ora|la ce oră|până când|pana cand|până la ce oră|când|cand|unde",
    "ar": "متى|امتى|إمتى|أين|اين|وين|فين|أي ساعة|اي ساعة|الساعة كم|لحد امتى",
    "uk": "о котрій|до котрої|коли|куди|де",
}
_ALONE = {language: re.compile(rf"(?:{words})", re.IGNORECASE) for language, words in _QUESTION_WORDS.items()}
_LEADING = {
    language: re.compile(rf"^(?:{words})\s+(?=\S)", re.IGNORECASE)
    for language, words in _QUESTION_WORDS.items()
}


def completed(parts: Sequence[str], language: str) -> list[str]:
    """The parts, in which a question word alone has the predicate of the question after it, or else of the one before.

    Only a neighbour that begins with a question word lends its predicate: "where do I go, and when?".
    """
    alone, leading = _ALONE.get(language, _ALONE["en"]), _LEADING.get(language, _LEADING["en"])
    whole = list(parts)
    for place, part in enumerate(parts):
        if not alone.fullmatch(part.rstrip(" ?!.")):
            continue
        for neighbour in (*parts[place + 1 : place + 2], *parts[max(place - 1, 0) : place]):
            if (question := leading.match(neighbour)) and not alone.fullmatch(neighbour.rstrip(" ?!.")):
                whole[place] = f"{part} {neighbour[question.end() :]}"
                break
    return whole
