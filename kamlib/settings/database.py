"""Where an input table lies in a client's database; the address itself stays in the environment."""

import os
import re
from collections.abc import Iterator
from typing import Literal

from pydantic import model_validator
from pydantic_core import InitErrorDetails

from kamlib.core.errors import ParameterError
from kamlib.settings.kinds import Part, Text, complaint, complaint_at, refuse
from kamlib.settings.places import problem_of_pattern

WHOLE_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
LOCAL_SPARK = re.compile(r"local(?:\[(?:\*|\d+)\])?")


class Database(Part):
    """A table in the client's database, or a query that reads there.

    The address is an environment variable, such as ``${KAM_DB_URL}``, because it may hold a
    password; that of a DuckDB file is a path as under `files`.
    """

    engine: Literal["postgres", "spark", "duckdb"]
    url: Text
    table: Text = ""
    query: Text = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> "Database":
        refuse(self._problems())
        if bool(self.table) == bool(self.query):
            raise complaint("must have either table or query.")
        return self

    def _problems(self) -> Iterator[InitErrorDetails]:
        if self.engine == "duckdb" and "://" not in self.url:
            problem = problem_of_pattern(self.url)
        elif self.engine == "duckdb":
            problem = "must be the path of a DuckDB file, and it is the address of a server."
        else:
            problem = _problem_of_address(self.engine, self.url)
        if problem:
            yield complaint_at(problem, "url")

    @property
    def shown(self) -> str:
        """Return how readers know the table."""
        return self.table or "a query"

    def address(self, *, key: str) -> str:
        """Return the address of a server, looked up now; it is never shown.

        Raises
        ------
        ParameterError
            The environment variable is not set.
        """
        variable = WHOLE_VARIABLE.fullmatch(self.url)
        if not variable:
            return self.url
        value = os.environ.get(variable.group(1))
        if not value:
            raise ParameterError(
                f"{key} needs the environment variable {variable.group(1)}, which is not set. "
                f"Set it to the address of the database and run again."
            )
        return value


def _problem_of_address(engine: str, url: str) -> str | None:
    """Return why a server's address may not stand in engagement.yaml; its text is not repeated."""
    if WHOLE_VARIABLE.fullmatch(url) or (engine == "spark" and LOCAL_SPARK.fullmatch(url)):
        return None
    local = " or local[2]" if engine == "spark" else ""
    return (
        f"must be an environment variable such as ${{KAM_DB_URL}}{local}: an address may hold a "
        f"password, and that stands in no file."
    )
