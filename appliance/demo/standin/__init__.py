"""The Twilio stand-in: takes what Twilio's REST API would take, on loopback, and reports what came of it."""

from appliance.demo.standin.app import Account, create_standin, received_json
from appliance.demo.standin.callbacks import CallbackPolicy, Callbacks
from appliance.demo.standin.faults import Fault, Faults
from appliance.demo.standin.ledger import Ledger, Received

__all__ = [
    "Account",
    "CallbackPolicy",
    "Callbacks",
    "Fault",
    "Faults",
    "Ledger",
    "Received",
    "create_standin",
    "received_json",
]
