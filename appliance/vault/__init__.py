"""The vault: master keys, a data key for each conversation, sealed values, erasure."""

from appliance.vault.connection import connect
from appliance.vault.erasures import Erasure, ErasureBook
from appliance.vault.keyring import KEY_RING, KeyRing, RingFile
from appliance.vault.pseudonym import ConversationId
from appliance.vault.redis_keys import RedisDataKeyStore
from appliance.vault.start import check_ring
from appliance.vault.vault import DataKeyStore, Vault

__all__ = [
    "KEY_RING",
    "ConversationId",
    "DataKeyStore",
    "Erasure",
    "ErasureBook",
    "KeyRing",
    "RedisDataKeyStore",
    "RingFile",
    "Vault",
    "check_ring",
    "connect",
]
