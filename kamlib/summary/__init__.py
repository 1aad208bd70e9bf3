"""The last stage: the answer."""
