"""The hierarchy of failures: one base, and permanent and temporary kept apart.

ApplianceError
├── Permanent                  repeating it cannot help; somebody has to change something
│   ├── SettingsError          a setting is missing, unknown or of the wrong form
│   ├── PackError              a knowledge pack is broken: file, entry and field are named
│   ├── BundleError            a bundle cannot be made, or is not as it was signed
│   ├── ModelError             a model is missing, or is not the one that its digest promises
│   ├── StaleLease             somebody else holds the conversation by now
│   ├── SealBroken             a sealed value was altered, cut, or moved
│   ├── KeyMissing             the data key of a sealed value was destroyed
│   ├── KeyFileError           a file of keys is missing, open to others, or malformed
│   ├── KeyStillNeeded         a master key cannot go: something is wrapped by it
│   ├── InvalidWebhook         a webhook lacks fields that a message cannot be without
│   ├── SendRefused            the provider will never take this reply
│   ├── JournalBroken          the journal on disk is not the chain that it should be
│   ├── ExportRefused          an export or a report cannot be made of what there is
│   └── EgressRefused          a connection, look-up or child process that the guard does not allow
└── Temporary                  the same call may succeed later
    ├── EngineUnavailable      no draft: the engine is absent, slow, or answered garbage
    ├── InboxFull              too much is waiting to be answered already
    ├── StoreUnavailable       Redis cannot be reached, is full, or takes no writes
    ├── SendThrottled          the provider did not take a reply, and says when it may
    │   └── SendForbidden      because it does not accept our account or token: somebody must mend that
    ├── SendUnconfirmed        nobody knows whether the provider took the reply
    ├── JournalUnavailable     the journal took no record
    ├── IndexUnavailable       Qdrant cannot be asked now
    └── HistoryUnavailable     the metrics of the past cannot be asked now
"""

import errno
from pathlib import Path


class ApplianceError(Exception):
    """The base of every failure that the appliance raises itself."""


class Permanent(ApplianceError):  # noqa: N818 - the name of a branch, never raised itself
    """Repeating the call cannot help."""


class Temporary(ApplianceError):  # noqa: N818 - the name of a branch, never raised itself
    """The same call may succeed later."""


class SettingsError(Permanent):
    """A setting is missing, unknown or of the wrong form; the text names the key."""


class PackError(Permanent):
    """A knowledge pack is broken.

    Attributes:
        file: the file of the pack that is wrong.
        entry: the id of the entry in it, or "" for the file as a whole.
        field: the field of the entry, or "".
    """

    def __init__(self, file: Path, entry: str, field: str, problem: str) -> None:
        self.file, self.entry, self.field = file, entry, field
        place = ", ".join(part for part in (str(file), entry, field) if part)
        super().__init__(f"{place}: {problem}")


class ModelError(Permanent):
    """A model is missing, or is not the one that its digest promises."""


class BundleError(Permanent):
    """A bundle cannot be made, or is not as it was signed."""


class EngineUnavailable(Temporary):
    """The engine gave no draft; `reason` is one of absent, deadline, breaker, refused, garbage."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"no draft from the engine: {reason}{': ' + detail if detail else ''}")


class IndexUnavailable(Temporary):
    """Qdrant cannot be asked now."""


# ---- vault, inbox, audit -----------------------------------------------------------------------------------


class StoreUnavailable(Temporary):
    """Redis cannot be reached, is full, or takes no writes; do not rely on anything having changed."""


class InboxFull(Temporary):
    """Too much is waiting to be answered already, of this patient or of all; nothing was kept."""


class StaleLease(Permanent):
    """Somebody else holds the conversation by now; what was done under this lease must be thrown away."""


class SealBroken(Permanent):
    """A sealed value was altered, cut, or moved from its place; it is never returned."""


class KeyMissing(Permanent):
    """The data key that a value was sealed with is gone: the patient was erased since."""


class KeyFileError(Permanent):
    """A file of keys is missing, open to others, malformed, or lacks a key; the text holds no key."""


class KeyStillNeeded(Permanent):
    """A master key cannot be removed, because data keys are wrapped by it, or will be; the text says how many."""


class SendThrottled(Temporary):
    """The provider certainly did not take the reply; after `retry_after_s` seconds it may."""

    def __init__(self, retry_after_s: float, detail: str = "") -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"not taken, try again in {retry_after_s:g} s{': ' + detail if detail else ''}")


class SendForbidden(SendThrottled):
    """The provider takes nothing from this account or with this token, until somebody has mended that."""


class JournalBroken(Permanent):
    """The journal on disk is not the chain that it should be, so that nothing may be appended to it."""


class ExportRefused(Permanent):
    """An export or a report cannot be made of what there is; the text says what is wrong."""


class EgressRefused(Permanent, OSError):  # noqa: N818 - as all failures here are named
    """The guard refused a connection, a look-up of a name or a child process.

    An OSError too, so that every library takes it for a network that is not there.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            errno.EPERM, f"{what}: refused by the egress guard; it is none of the configured peers"
        )


class JournalUnavailable(Temporary):
    """The journal took no record: the disk is full or refuses to write; the file is as it was before."""


# ---- console -----------------------------------------------------------------------------------------------


class HistoryUnavailable(Temporary):
    """Prometheus at `url` cannot be asked, or answered with something else than a query's result."""

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(f"prometheus_url (APPLIANCE_PROMETHEUS_URL): no metrics from {url}: {detail}")


# ---- channel -----------------------------------------------------------------------------------------------


class InvalidWebhook(Permanent):
    """A webhook lacks what a message cannot be without; `missing` names the fields."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__(f"webhook without {', '.join(missing)}: is it Twilio's for messages, or for status?")


class SendRefused(Permanent):
    """The provider will never take this reply; `code` is Twilio's error code (https://www.twilio.com/docs/api/errors)."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(
            f"Twilio refused the reply with error {code}: see https://www.twilio.com/docs/api/errors/{code}"
        )


class SendUnconfirmed(Temporary):
    """Nobody knows whether the provider took the reply: ask it before the reply is sent again."""
