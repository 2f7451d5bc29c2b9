"""Conversation ids: keyed pseudonyms, from which nobody without the key can tell the sender."""

import base64
import hashlib
import hmac
from typing import NewType

ConversationId = NewType("ConversationId", str)
"""26 characters of lower-case base32 (128 bits): fit for logs, the journal, and names of Redis keys."""

_DOMAIN = b"antesala/pseudonym/v1\n"
_BYTES = 16


def pseudonym(key: bytes, sender: str) -> ConversationId:
    """The conversation id of a sender; the same for ever under the same key.

    Args:
        key: 32 bytes that outlive every rotation of master keys.
        sender: Twilio's `From` as it came, which need not be a phone number.
    """
    digest = hmac.new(key, _DOMAIN + sender.encode(), hashlib.sha256).digest()[:_BYTES]
    return ConversationId(base64.b32encode(digest).decode().rstrip("=").lower())
