"""The stores of an installation: what each holds, until when, and how it is protected."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.audit import AuditPlaces
from appliance.egress.peers import place
from appliance.settings import Settings


@dataclass(frozen=True)
class Store:
    """One place where something is kept.

    Attributes:
        name: for people.
        place: where it is.
        holds: what is in it.
        until: when that goes.
        protected: how.
        patient_data: whether it holds patients' data, pseudonymous ones included.
    """

    name: str
    place: str
    holds: str
    until: str
    protected: str
    patient_data: bool


# By kind of key in Redis, as `stores.kind_of` has it: what the values are. A kind that is missing here is shown
# without a description, and its values are examined all the same.
KINDS = {
    "antesala:in:entries": "messages that wait for an answer",
    "antesala:out:entries": "replies that wait to be sent",
    "antesala:session": "the last exchanges of a conversation",
    "antesala:dead": "messages and replies that could not be handled",
    "antesala:receipt": "what became of each reply",
    "antesala:sid": "ids of messages already taken",
    "antesala:in:due": "when a conversation may be taken",
    "antesala:out:due": "when a reply may be sent",
    "antesala:in:leases": "who holds a conversation",
    "antesala:out:leases": "who sends a reply",
    "antesala:in:state": "how far a turn is",
    "antesala:out:state": "how far a reply is",
    "antesala:in:settled": "turns that were finished",
    "antesala:out:settled": "replies that were finished",
    "antesala:bell:in": "wakes waiting workers",
    "antesala:bell:out": "wakes waiting workers",
    "antesala:token": "counts leases",
    "antesala:rate": "how many messages came of late",
    "antesala:taken": "how many messages were taken",
    "antesala:rights": "open requests of patients for a copy",
    "antesala:blocked": "what an erasure blocked for its legal term",
    "antesala:urgent": "emergencies whose reply is not known to be delivered",
    "optout": "wishes for no more messages",
    "vault:key": "wrapped data keys, one a conversation",
    "vault:blocked": "wrapped data keys that an erasure blocked for its legal term",
    "vault:erasures": "when which data key was destroyed",
    "vault:ring": "proves that a key ring is the store's own",
}


def inventory(settings: Settings) -> tuple[Store, ...]:
    """Every store that the settings name."""
    return tuple(_stores(settings))


def _stores(settings: Settings) -> Iterator[Store]:
    places = AuditPlaces.under(settings.data_dir, settings.checkpoints_file)
    yield Store(
        "Conversations", place(settings.redis_url),
        "messages that wait, replies that wait, sessions of at most ten exchanges, delivery receipts, opt-outs",
        "answered messages at once; the rest as the clocks in section 4 say",
        "AES-256-GCM under a data key a conversation; conversation ids are keyed pseudonyms", patient_data=True,
    )  # fmt: skip
    yield Store(
        "Vault", place(settings.vault_url),
        "one wrapped data key a conversation, and when it was erased",
        "until the patient is erased; destroying a key makes all that it sealed unreadable, in backups too",
        "wrapped by a master key of the key ring", patient_data=True,
    )  # fmt: skip
    yield Store(
        "Key ring and signing key", str(settings.secrets_dir or "not set"),
        "master keys, the key of pseudonyms, the key that signs the journal", "until they are rotated",
        "files of mode 0400, or credentials of systemd", patient_data=False,
    )  # fmt: skip
    yield Store(
        "Journal", str(places.journal.parent),
        "one record a decision: pseudonym, action, statement ids, versions, times; no text of patients",
        "kept as evidence; put away into archive/ by size", "hash chain; signed checkpoints", patient_data=True,
    )  # fmt: skip
    yield Store(
        "Checkpoints", str(places.checkpoints), "signed counts and hashes of the journal", "as the journal",
        "Ed25519 signatures", patient_data=False,
    )  # fmt: skip
    if settings.syslog_url:
        yield Store(
            "Copy of the journal", place(settings.syslog_url), "the journal's lines, as they are written",
            "as the collector's operator decides", "hash chain; signed checkpoints", patient_data=True,
        )  # fmt: skip
    index = place(settings.qdrant_url) if settings.qdrant_url else "in the memory of each process"
    yield Store(
        "Knowledge index", index, "approved statements and their vectors; nothing of patients",
        "until the next version", "none needed: the texts are public", patient_data=False,
    )  # fmt: skip
    yield Store(
        "Models",
        str(settings.models_dir),
        "weights and tokenizers",
        "until replaced",
        "SHA-256 of every file",
        patient_data=False,
    )
    yield Store(
        "Logs", "standard error of each process (the system's journal)",
        "events with pseudonyms; no text of patients, no phone number", "as the system's journal is set to keep",
        "access rights of the host", patient_data=True,
    )  # fmt: skip
    yield Store(
        "The channel", "Twilio Inc. and Meta Platforms (WhatsApp)",
        "messages and replies in transit and as these companies keep them", "by their terms; outside this installation",
        "TLS to Twilio; WhatsApp's own encryption ends at its business interface", patient_data=True,
    )  # fmt: skip
