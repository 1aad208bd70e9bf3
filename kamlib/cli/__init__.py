"""The `kam` command."""

from kamlib.cli.commands import app, knobs_of

__all__ = ["app", "knobs_of"]
