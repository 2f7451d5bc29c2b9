"""Ansible's way into the test machine: that of community.docker.nsenter, with modules sent through the pipe.

One entry a task instead of five: nothing of the module is laid down first, as with ssh's pipelining.
"""

from ansible_collections.community.docker.plugins.connection import nsenter

DOCUMENTATION = """
name: piped
short_description: enters a test machine by the id of its first process
description: As community.docker.nsenter, with pipelining.
options:
  nsenter_pid:
    description: The process whose namespaces are entered.
    type: int
    vars: [{name: ansible_nsenter_pid}]
"""


class Connection(nsenter.Connection):
    """The parent hands its input on to the command already, and only does not say so."""

    transport = "piped"
    has_pipelining = True
