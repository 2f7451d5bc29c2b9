"""Runs the conversation over a question set and says how well it decided."""
