"""Data prep: files of the client into tables that keep the contract, and a quarantine."""

from kamlib.intake.contract import CONTRACT
from kamlib.intake.reading import Intake, read_inputs
from kamlib.intake.rules import INTAKE_RULES

__all__ = ["CONTRACT", "INTAKE_RULES", "Intake", "read_inputs"]
