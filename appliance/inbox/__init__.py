"""The durable mailbox: accept, take, done, and an outbox, each step atomic on Redis."""

from appliance.inbox.dead_letters import DeadLetter, DeadLetters, NoSuchLetter
from appliance.inbox.delivery import Arrival, DeliveryLog, Facts, Receipt
from appliance.inbox.dispatch import Dispatcher, DispatchPolicy, Sender
from appliance.inbox.mailbox import Accepted, Lease, Mailbox
from appliance.inbox.outbox import Outbox, Sending
from appliance.inbox.policy import MailboxPolicy
from appliance.inbox.redactions import Redaction, Redactions, Redactor
from appliance.inbox.worker import Handled, TurnHandler, Worker, WorkerPolicy

__all__ = [
    "Accepted",
    "Arrival",
    "DeadLetter",
    "DeadLetters",
    "DeliveryLog",
    "DispatchPolicy",
    "Dispatcher",
    "Facts",
    "Handled",
    "Lease",
    "Mailbox",
    "MailboxPolicy",
    "NoSuchLetter",
    "Outbox",
    "Receipt",
    "Redaction",
    "Redactions",
    "Redactor",
    "Sender",
    "Sending",
    "TurnHandler",
    "Worker",
    "WorkerPolicy",
]
