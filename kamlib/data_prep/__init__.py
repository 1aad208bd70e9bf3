"""The first stage: what came in, and what of it can be used."""
