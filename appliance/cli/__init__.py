"""The `appliance` command, one module a group."""
