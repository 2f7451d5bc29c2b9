"""The lexicons, one module a language."""

from collections.abc import Mapping
from types import MappingProxyType

from appliance.safety.grounding.languages import ar, ca, de, en, es, fr, it, pt, ro, uk, zh
from appliance.safety.grounding.lexicon import Lexicon

LEXICONS: Mapping[str, Lexicon] = MappingProxyType({
    "es": es.LEXICON, "ca": ca.LEXICON, "en": en.LEXICON, "fr": fr.LEXICON, "de": de.LEXICON,
    "it": it.LEXICON, "pt": pt.LEXICON,
    "ro": ro.LEXICON, "ar": ar.LEXICON, "uk": uk.LEXICON, "zh": zh.LEXICON,
})  # fmt: skip
