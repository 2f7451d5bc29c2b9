"""Knowledge packs: their schema, the index over them, and retrieval from it."""
