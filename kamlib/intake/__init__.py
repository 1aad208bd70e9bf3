"""Data prep: files of the client into tables that keep the contract, and a quarantine."""

from kamlib.core.contract import CONTRACT
from kamlib.intake.findings import outcomes_about
from kamlib.intake.reading import Intake, read_inputs

__all__ = ["CONTRACT", "Intake", "outcomes_about", "read_inputs"]
