"""The JSON schema of engagement.yaml, so that an editor completes keys and marks what is wrong.

It is drawn from the model and put into the form of the file: periods have from and to, conditions
are ``{profit_12m: {below: 0}}``, and a block that is laid over the default rules need not be whole.
What ties two places together (weights, references, overlaps) is checked when the file is read.
"""

import json
from pathlib import Path
from typing import Any

from kamlib.core.codes import TABLES
from kamlib.core.contract import CONTRACT
from kamlib.core.errors import ParameterError
from kamlib.core.quantities import conditions
from kamlib.core.vocabulary import COLUMNS
from kamlib.settings import decision
from kamlib.settings.engagement import Engagement
from kamlib.settings.inputs import CARRY_ATTRIBUTES
from kamlib.settings.verdicts import PARTIES

FILE = "engagement.schema.json"
NEEDED = ["currency", "periods", "inputs"]


def engagement_schema() -> dict[str, Any]:
    """Return the JSON schema of engagement.yaml, for editors.

    Examples
    --------
    >>> engagement_schema()["required"]
    ['currency', 'periods', 'inputs']
    """
    schema = Engagement.model_json_schema()
    parts = schema["$defs"]
    parts["Period"] = _period()
    parts["Condition"] = _condition()
    words = {"type": ["string", "number", "boolean"]}
    parts["Input"]["properties"]["values"]["additionalProperties"]["additionalProperties"] = words
    for name in vars(decision).keys() & parts.keys():  # they are laid over the default rules
        parts[name].pop("required", None)
    schema["required"] = NEEDED
    schema["properties"]["inputs"] = _inputs()
    schema["properties"]["sign_off"] = {"anyOf": [_part("SignOff"), {"type": "null"}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(engagement_schema(), indent=1, ensure_ascii=False) + "\n"


def write_schema(folder: Path) -> Path:
    """Write engagement.schema.json into a folder, and return its path."""
    path = folder / FILE
    try:
        path.write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise ParameterError(
            f"{path} cannot be written ({error.strerror}). Give a folder that is there."
        ) from None
    return path


def _part(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _block(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return a block of known keys."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "additionalProperties": False, "properties": properties, **needed}


def _period() -> dict[str, Any]:
    day = {"type": "string", "format": "date", "description": "A day such as 2025-12-31."}
    return _block({"from": day, "to": day}, "from", "to")


def _condition() -> dict[str, Any]:
    """Return one condition as it is written: one name with its limit or its value."""
    kinds: dict[str, Any] = dict.fromkeys(conditions(), _part("Bound"))
    kinds |= {name: {"type": "boolean"} for name in conditions("yes or no")}
    kinds["is"] = {"enum": list(PARTIES)}
    kinds["any"] = {"type": "array", "minItems": 1, "items": _part("Condition")}
    return _block(kinds) | {"minProperties": 1, "maxProperties": 1}


def _inputs() -> dict[str, Any]:
    """Return the input tables, each with our names for its columns, so that an editor completes them."""
    tables: dict[str, Any] = {}
    for name in TABLES:
        ours = {
            each: {"type": "string", "description": COLUMNS[each].meaning}
            for each in CONTRACT[name].names
        }
        columns: dict[str, Any] = {"type": "object", "properties": ours}
        if name not in CARRY_ATTRIBUTES:
            columns["additionalProperties"] = False
        about = {"type": "object", "properties": {"columns": columns}}
        tables[name] = {"allOf": [_part("Input"), about]}
    return _block(tables, "invoice_lines")
