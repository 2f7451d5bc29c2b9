"""The first name of a WhatsApp profile, when it is one: the sender chooses it, so it is not trusted."""

import unicodedata
from collections.abc import Set as AbstractSet

from appliance.safety.normalise import fold, words

_SHORTEST, _LONGEST = 2, 16


def first_name(profile_name: str | None, known_words: AbstractSet[str]) -> str | None:
    """The first word of the profile's name if it can be nothing but a name, else None.

    A name is two to sixteen letters of one script (an apostrophe or hyphen may join two parts), and no word
    that the pack uses or recognises: "Puedes Comer" and "System" are greeted without a name.

    Args:
        profile_name: as WhatsApp gives it.
        known_words: folded words that are no names.
    """
    if not profile_name or len(profile_name) > 60 or any(c in profile_name for c in "\n\r@/:<>{}[]()*_~`|\\"):
        return None
    parts = profile_name.split()
    if not parts or any(any(c.isdigit() for c in part) for part in parts):
        return None
    name = unicodedata.normalize("NFC", parts[0]).strip(".,;")
    letters = name.replace("'", "").replace("’", "").replace("-", "")
    if not letters.isalpha() or not _SHORTEST <= len(letters) <= _LONGEST or len(_scripts(letters)) != 1:
        return None
    if any(word in known_words for part in parts for word in words(part)) or fold(name) in known_words:
        return None
    return (
        "-".join(part.capitalize() for part in name.split("-")) if name.islower() or name.isupper() else name
    )


def _scripts(letters: str) -> set[str]:
    return {unicodedata.name(letter, "UNKNOWN").split()[0] for letter in letters}
