"""Whether two checkouts give the same tables: a change of shape must not change a cent.

Each checkout reads the same engagements in a process of its own, with its own settings beside the
inputs. Tables are compared byte by byte; balances and outcomes as they are written. With ``--stages``
all notebooks' cells run, and the tables of every stage are compared.

    python benchmarks/same_tables.py main .
    python benchmarks/same_tables.py main . --stages --engagements demo
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PERIODS = {"demo": "FY2025", "adventureworks": "ALL", "online_retail": "ALL", "crm_pipeline": "ALL"}
INPUTS = """
import sys, time
from pathlib import Path
import kamlib as kam
folder, period, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
engagement, read_inputs = kam.load_engagement(folder), kam.read_inputs
start = time.process_time()  # once libraries are loaded
read = read_inputs(engagement, period)
print(f"{time.process_time() - start:.1f}")
for name in read.tables:
    read.tables.write(name, out)
parts = {"balances": read.balances, "outcomes": read.outcomes}
for name, rows in parts.items():
    (out / f"{name}.txt").write_text("\\n".join(map(str, rows)))
(out / "coverage.txt").write_text(read.coverage.to_csv())
"""
STAGES = """
import sys, time
from pathlib import Path
from fastpath import run_stages
start = time.process_time()
run_stages(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
print(f"{time.process_time() - start:.1f}")
"""


@contextmanager
def checkout(name: str) -> Iterator[Path]:
    """Give the folder of a checkout; of a commit or a branch, one that is removed at the end."""
    if Path(name).is_dir():
        yield Path(name).resolve()
        return
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "checkout"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "--quiet", str(folder), name], check=True)
        try:
            yield folder
        finally:
            subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def made_by(
    folder: Path, engagement: str, home: Path, *, code: str
) -> tuple[dict[str, bytes], str]:
    """Return what a checkout writes of an engagement, by file, and its CPU seconds."""
    out = home / "stages"
    out.mkdir(parents=True)
    copy = home / engagement  # frozen values are written beside the settings
    source = folder / "data" / engagement
    subprocess.run(["cp", "-r", str(source), str(copy)], check=True)
    path = os.pathsep.join([str(folder), str(folder / "tests")])
    ran = subprocess.run(
        [sys.executable, "-c", code, str(copy), PERIODS[engagement], str(out)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "MPLBACKEND": "agg"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    files = [each for each in sorted(out.iterdir()) if each.suffix in (".parquet", ".txt")]
    return {each.name: each.read_bytes() for each in files}, ran.stdout.split()[-1]


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Say which files differ, and which only one of two has."""
    alone = [f"{name}: only before" for name in sorted(set(one) - set(other))]
    alone += [f"{name}: only after" for name in sorted(set(other) - set(one))]
    both = sorted(set(one) & set(other))
    return alone + [f"{name}: differs" for name in both if one[name] != other[name]]


def main() -> int:
    """Compare two checkouts; end with status 1 where a table differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", help="a folder, a branch or a commit")
    parser.add_argument("after", nargs="?", default=str(ROOT))
    parser.add_argument("--engagements", nargs="+", choices=list(PERIODS), default=list(PERIODS))
    parser.add_argument("--stages", action="store_true", help="run all stages, not data prep alone")
    given = parser.parse_args()
    code, found = STAGES if given.stages else INPUTS, 0
    with checkout(given.before) as before, checkout(given.after) as after:
        for engagement in given.engagements:
            with tempfile.TemporaryDirectory() as home:
                places = {"before": before, "after": after}
                (one, was), (other, now) = (
                    made_by(folder, engagement, Path(home) / name, code=code)
                    for name, folder in places.items()
                )
            apart = differences(one, other)
            found += len(apart)
            what = "; ".join(apart) or f"the same {len(one)} files"
            print(f"{engagement}: {what} (CPU {was} s before, {now} s after)", flush=True)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
