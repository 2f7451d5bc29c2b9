"""The chaos harness: patients who ask, processes that die, and an account of every message."""
