"""Mapping with help: a draft of engagement.yaml for files nobody has seen, line by line with evidence."""

from kamlib.intake.draft.drafting import Draft, suggest, write_draft

__all__ = ["Draft", "suggest", "write_draft"]
