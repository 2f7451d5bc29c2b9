"""Engines for planning: one that is simulated, and a bench for real ones."""
