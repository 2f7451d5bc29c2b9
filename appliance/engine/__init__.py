"""The engine room: the catalogue of models, how they get here, vLLM, and the drafts that it writes."""
