"""Commands that are a whole message: stop and start, in the words that patients know."""

from dataclasses import dataclass
from typing import Literal

from appliance.safety.normalise import words

Command = Literal["opt_out", "opt_in"]


@dataclass(frozen=True)
class Given:
    """A command, and the language of its word ("" where the word is of none in particular)."""

    command: Command
    language: str


# Twilio's own opt-out words first: nothing says that it handles them on WhatsApp. A word that could also be
# about the operation ("anular", "cancelar") is none; requests in free text are read by scope.
_OPT_OUT = {
    "": ("stopall", "optout", "opt out", "revoke"),
    "en": ("stop", "unsubscribe", "end", "quit", "cancel", "stop messages"),
    "es": ("baja", "dar de baja", "darme de baja", "darse de baja"),
    "ca": ("donar de baixa", "donar me de baixa", "baixa"),
    "fr": ("arret", "arreter", "desabonner", "desinscription"),
    "de": ("stopp", "abmelden", "abbestellen"),
    "it": ("disiscrivi", "disiscrivimi", "annulla iscrizione"),
    "pt": ("parar", "sair", "remover"),
    "ro": ("dezabonare", "opreste"),
    "ar": ("توقف", "ايقاف", "الغاء الاشتراك"),
    "uk": ("стоп", "відписатися"),
    "zh": ("退订", "停止", "取消订阅"),
}
_OPT_IN = {
    "": ("unstop",),
    "en": ("start", "subscribe"),
    "es": ("alta", "darme de alta", "reanudar"),
    "ca": ("donar d alta", "reprendre"),
    "fr": ("reprendre", "demarrer"),
    "de": ("starten", "fortsetzen"),
    "it": ("riprendi", "avvia"),
    "pt": ("retomar", "iniciar"),
    "ro": ("reia", "porneste"),
    "ar": ("ابدا", "استئناف"),
    "uk": ("почати", "старт"),
    "zh": ("开始", "恢复"),
}


def _table() -> dict[str, Given]:
    table: dict[str, Given] = {}
    for command, by_language in (("opt_out", _OPT_OUT), ("opt_in", _OPT_IN)):
        for language, phrases in by_language.items():
            for phrase in phrases:
                table.setdefault(" ".join(words(phrase)), Given(command, language))  # type: ignore[arg-type]
    return table


_COMMANDS = _table()


def given(text: str) -> Given | None:
    """The command that the whole message is, or None."""
    return _COMMANDS.get(" ".join(words(text)))
