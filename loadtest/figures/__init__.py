"""Figures of a run: pure, from what was measured for each message."""
