"""The page for whoever runs the appliance: load, latency, decisions, engine and queue over time."""
