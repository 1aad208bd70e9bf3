"""Frames: what they must hold, and customers in them by relation and by name."""

import pandas as pd

from kamlib.core.errors import DataError, ParameterError, did_you_mean, listed


def require_columns(table: pd.DataFrame, *names: str, of: str) -> None:
    """Raise DataError if the `of` table lacks one of the columns `names`."""
    absent = [name for name in names if name not in table.columns]
    if absent:
        hint = did_you_mean(absent[0], table.columns)
        raise DataError(
            f"the {of} table has no column {listed(absent)}. {hint} "
            f"Map the client's column to it under inputs in engagement.yaml."
        )


def require_complete(table: pd.DataFrame, *names: str, of: str) -> None:
    """Raise DataError if any of the columns `names` has a missing value."""
    for name in names:
        missing = table[name].isna()
        if missing.any():
            who = listed(table.loc[missing, "customer_id"])
            raise DataError(
                f"{name} is missing for {int(missing.sum())} of {len(table)} rows in the {of} table "
                f"(customer {who}). "
                f"Fill the gaps or drop these customers in notebooks/01_data_prep.ipynb."
            )


def require_one_row_each(table: pd.DataFrame, *key: str, of: str) -> None:
    """Raise DataError if two rows of the `of` table have the same key (default customer_id)."""
    names = list(key) or ["customer_id"]
    twice = table.loc[table.duplicated(names, keep="first"), names]
    if len(twice):
        who = listed(" ".join(map(str, row)) for row in twice.itertuples(index=False))
        raise DataError(
            f"{len(twice)} of {len(table)} rows of the {of} table repeat the key "
            f"{', '.join(names)} ({who}). Keep one row for each in notebooks/01_data_prep.ipynb."
        )


def require_share(value: float, *, name: str) -> None:
    """Raise ParameterError unless `value` lies strictly between 0 and 1."""
    if not 0 < value < 1:
        hint = f" For {value:g} percent write {value / 100:.2f}." if 1 < value < 100 else ""
        hint = hint or " For 80 percent write 0.80."
        raise ParameterError(f"{name} must be a share between 0 and 1, not {value:g}.{hint}")


def require_choice(value: str, choices: list[str], *, name: str) -> None:
    """Raise ParameterError unless `value` is one of `choices`."""
    if value not in choices:
        raise ParameterError(
            f"{name} must be one of {listed(choices, most=20)}, not '{value}'. "
            f"{did_you_mean(value, choices)}"
        )


def external(customers: pd.DataFrame) -> pd.Series:
    """Return the ids of external customers."""
    return customers.loc[customers["relation"] == "external", "customer_id"]


def with_relation(table: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Say beside each customer's id whether it is external, intercompany or collective.

    Tables that tie to the ledger hold all of them; whoever adds one up must be able to tell.
    """
    known = customers.set_index("customer_id")["relation"]
    relation = table["customer_id"].map(known).fillna("external")
    place = list(table.columns).index("customer_id") + 1
    return pd.concat(
        [table.iloc[:, :place], relation.rename("relation"), table.iloc[:, place:]], axis="columns"
    )


def named(table: pd.DataFrame, names: pd.DataFrame, key: str = "customer_id") -> pd.DataFrame:
    """Put the name in the place of the id, first."""
    known = names.set_index(key)["name"]
    told = table[key].map(known).fillna(table[key])
    rest = [column for column in table.columns if column != key]
    return table[rest].assign(name=told)[["name", *rest]]


def main_measure(statement: pd.DataFrame) -> str | None:
    """Return what classes rest on: customer profit, else gross margin, else None.

    It may be unknown for some customers: where that is too many, the statement has none at all.
    """
    active = statement[statement["active"]]
    for name in ("customer_profit", "gross_margin"):
        if active[name].notna().any():
            return name
    return None
