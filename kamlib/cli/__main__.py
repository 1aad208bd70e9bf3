"""The `kam` command, as ``python -m kamlib.cli``."""

from kamlib.cli.commands import app

if __name__ == "__main__":
    app()
