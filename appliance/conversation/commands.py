"""Commands: stop and start as a whole message, and rights that are called by their legal name."""

from dataclasses import dataclass
from typing import Literal

from appliance.safety.normalise import has_han, words

Command = Literal["opt_out", "opt_in", "privacy_erase", "privacy_export"]


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

# Scope has nothing to weigh where the law's own name is used, and "to be forgotten" reads as despair to it.
_RIGHTS: dict[Command, tuple[str, ...]] = {
    "privacy_erase": (
        "derecho de supresion", "derecho al olvido", "dret de supressio", "dret a l oblit", "right to be forgotten",
        "right to erasure", "right of erasure", "droit a l oubli", "droit a l effacement", "recht auf vergessenwerden",
        "recht auf loschung", "diritto all oblio", "diritto alla cancellazione", "direito ao esquecimento",
        "direito ao apagamento", "dreptul de a fi uitat", "dreptul la stergere", "بحقي في ان انسى", "حقي في ان انسى",
        "الحق في النسيان",
        "حق النسيان", "право бути забутим", "право бути забутою", "право на забуття", "被遗忘权",
    ),
    "privacy_export": (
        "derecho de acceso", "derecho a la portabilidad", "dret d acces", "right of access", "subject access request",
        "droit d acces aux donnees", "droit d acces a mes donnees", "auskunftsrecht", "recht auf auskunft",
        "diritto di accesso", "direito de acesso", "dreptul de acces", "حق الوصول الى بياناتي",
        "حقي في الوصول الى بياناتي",
        "بحقي في الوصول الى بياناتي",
        "право доступу до", "访问我个人数据的权利", "数据访问权",
    ),
}  # fmt: skip


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


_NAMED_RIGHTS = tuple(
    (" ".join(words(phrase)), command) for command, phrases in _RIGHTS.items() for phrase in phrases
)


def claimed(text: str) -> Given | None:
    """The right that a message calls by its legal name, or None."""
    said = f" {' '.join(words(text))} "
    # Chinese is written without spaces, so its phrases are looked for anywhere.
    named = (
        command for phrase, command in _NAMED_RIGHTS if (phrase if has_han(phrase) else f" {phrase} ") in said
    )
    return next((Given(command, "") for command in named), None)
