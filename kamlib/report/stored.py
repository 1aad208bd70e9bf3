"""Notebooks as they are stored in git: with the outputs of the demo, and a fingerprint that proves it.

Only `make notebooks` writes the fingerprint. Whoever saves a notebook with other sources or outputs,
such as those of a client, leaves one that no longer fits, and the checks refuse it. They refuse as
well what no stored output may hold: a path of a machine, and the canary.
"""

import base64
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kamlib.stage.names import NOTEBOOKS

PICTURE = "Whale curve"
CANARY = "Kanarek Kopalniany"  # the name of a client in tests; no stored output may hold it

MACHINE_PATH = re.compile(
    r"(?<![\w.<-])/(?:home|Users|root|tmp|var|private|opt|mnt|srv|usr)/[^\s\"'<>&)]+"
    r"|\b[A-Za-z]:\\+(?:Users|Documents|Windows)\b"
)

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def fingerprint(notebook: Any) -> str:
    """Return the SHA-256 over the sources and the outputs of all cells.

    Execution counts, ids and run metadata are left out, the rest of an output goes in: its data,
    its words and the alternative texts of its figures.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> one = new_notebook(cells=[new_code_cell("1 + 1", execution_count=1)])
    >>> two = new_notebook(cells=[new_code_cell("1 + 1", execution_count=9)])
    >>> fingerprint(one) == fingerprint(two)
    True
    """
    cells = [
        [cell.cell_type, cell.source, [_essence(output) for output in cell.get("outputs", [])]]
        for cell in notebook.cells
    ]
    text = json.dumps(cells, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _essence(output: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in output.items() if key != "execution_count"}


def is_stored(notebook: Any) -> bool:
    """Tell whether a notebook is as `store_notebooks` left it."""
    return notebook.metadata.get("kam", {}).get("sha256") == fingerprint(notebook)


def problems_of_notebooks(folder: Path | None = None) -> list[str]:
    """Return why notebooks may not be stored as they are, one sentence each; none where they may.

    Parameters
    ----------
    folder : Path, optional; ``notebooks`` in the project without it
    """
    import nbformat

    from kamlib.settings.written import project_root

    folder = Path(folder or project_root() / "notebooks")
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        found += [f"{path.name} {problem}" for problem in problems_of(notebook)]
    return found


def problems_of(notebook: Any) -> list[str]:
    """Return why a notebook may not be stored as it is: second halves of sentences."""
    found = []
    if not is_stored(notebook):
        found.append(
            "is not as make notebooks left it: sources or outputs were changed by hand or come from "
            "another engagement. Run make notebooks."
        )
    for number, cell in enumerate(notebook.cells, 1):
        told = "\n".join(_texts(cell.get("outputs", [])))
        machine = MACHINE_PATH.search(told) or _own_place(told)
        if machine:
            found.append(f"shows a path of a machine in cell {number}: {machine.group()}.")
        if CANARY in told:
            found.append(f"shows the name of a client, {CANARY}, in cell {number}.")
    return found


def _own_place(text: str) -> re.Match[str] | None:
    """Find the folders of this machine that a general pattern does not know."""
    places = {str(place) for place in (Path.cwd(), Path.home(), tempfile.gettempdir())}
    named = [re.escape(place) for place in sorted(places) if len(place) > 1]
    return re.search("|".join(named), text)


def _texts(value: object, kind: str = "") -> Iterator[str]:
    """Yield the texts of outputs, at any depth; pictures are none."""
    if isinstance(value, str) and not kind.startswith("image/"):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(each, str(name))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, kind)


def store_notebooks(
    folder: Path | None = None,
    *,
    order: Mapping[str, str] = NOTEBOOKS,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Run the notebooks in place, with their own defaults and a fresh stage folder.

    Parameters
    ----------
    folder : Path, optional; ``notebooks`` in the project without it
    order : stage → file name, in the order they run
    progress : callable, optional, given one line for each notebook

    Returns
    -------
    list of Path, the notebooks written

    Raises
    ------
    RunFailed, DataError, ParameterError
        A notebook did not come to its end; none is written.
    """
    import nbformat

    from kamlib.report.committing import write_whole
    from kamlib.settings.written import project_root

    folder = Path(folder or project_root() / "notebooks")
    done = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in order.values():
            if progress:
                progress(f"{name} …")
            done[folder / name] = _stored(folder / name, Path(scratch))
    for path, notebook in done.items():
        write_whole(path, nbformat.writes(notebook, version=4) + "\n")
    _store_picture(done, folder.parent / "docs" / "whale_curve.png")
    return list(done)


def _store_picture(done: Mapping[Path, Any], path: Path) -> None:
    """Keep the whale curve of notebook 2 as the picture of the README."""
    for notebook in done.values():
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                about = output.get("metadata", {}).get("image/png", {})
                if about.get("alt", "").startswith(PICTURE) and path.parent.exists():
                    path.write_bytes(base64.b64decode(output["data"]["image/png"]))


def _stored(path: Path, scratch: Path) -> Any:
    import nbformat

    from kamlib.report.record import require_all_cells_run
    from kamlib.report.running import own_kernels, run_notebook

    with own_kernels(scratch / "kernel.log") as kernels:
        kernels.environment["KAM_STAGES"] = str(scratch)
        ran = run_notebook(path, scratch / path.name, {}, kernels)
    require_all_cells_run(ran, path.name)
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    return tidied(ran, ids)


def tidied(notebook: Any, ids: list[str]) -> Any:
    """Return a run notebook with its cells' ids and without anything that only tells of the run."""
    for cell, ident in zip(notebook.cells, ids, strict=True):
        tags = cell.metadata.get("tags")
        cell.metadata = type(cell.metadata)({"tags": tags} if tags else {})
        cell.id = ident
        if cell.cell_type == "code":
            warnings = ("stream", "stderr")  # they hold paths of this machine and say nothing here
            cell.outputs = [o for o in cell.outputs if (o.output_type, o.get("name")) != warnings]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = None
    notebook.metadata = type(notebook.metadata)(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    notebook.metadata["kam"] = {"sha256": fingerprint(notebook)}
    return notebook
