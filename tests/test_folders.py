"""The folders of reports: private until opened, one engagement each, and not growing for ever."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from stub_notebooks import ORDER, run_here, stub_notebook, write_engagement, write_notebooks

from kamlib.core.errors import ParameterError
from kamlib.report import committing as folders
from kamlib.report.reporting import publish_report
from kamlib.report.running import RunFailed

OWN = {"summary": ORDER["summary"]}


class Place:
    """An engagement and its reports; a run takes no kernel and hardly any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engagement = write_engagement(folder / "tiny")
        self.notebooks = write_notebooks(
            folder / "notebooks", {OWN["summary"]: stub_notebook("summary")}
        )
        self.home = folder / "reports" / "tiny"

    def publish(self, engagement: Path | None = None, **options: object):
        return publish_report(
            engagement or self.engagement,
            "FY2025",
            reports=self.home.parent,
            notebooks=self.notebooks,
            order=OWN,
            **options,
        )


@pytest.fixture
def place(tmp_path, monkeypatch) -> Place:
    monkeypatch.setattr("kamlib.report.running.run_notebook", run_here)
    before = os.umask(0o022)
    yield Place(tmp_path)
    os.umask(before)


def modes(folder: Path) -> set[str]:
    """Return the modes of a folder and all in it."""
    found = [folder, *folder.rglob("*")]
    return {f"{'d' if p.is_dir() else '-'}{stat.S_IMODE(p.stat().st_mode):o}" for p in found}


def test_a_report_is_its_owner_s_alone_whatever_the_umask(place):
    place.publish()

    assert modes(place.home) == {"d700", "-600"}
    assert os.umask(0o022) == 0o022, "the umask is what it was"


def test_whoever_opens_the_folder_for_a_group_opens_the_reports_to_come(place):
    place.publish()
    for folder in (place.home, place.home / "FY2025", place.home / "FY2025" / "runs"):
        folder.chmod(0o750)
    done = place.publish()

    run = done.index.parent / "runs" / done.run_id
    assert modes(run) == {"d750", "-640"}
    assert f"{stat.S_IMODE(done.index.stat().st_mode):o}" == "640"


def test_what_is_left_of_a_failed_run_is_private_as_well(place, monkeypatch):
    def dies(*_args):
        raise RunFailed("kernel died", "the kernel died", notebook="06_summary.ipynb")

    monkeypatch.setattr("kamlib.report.running.run_notebook", dies)
    with pytest.raises(RunFailed):
        place.publish()

    assert list(place.home.glob("FY2025/failed-*/notebooks"))
    assert modes(place.home) == {"d700", "-600"}


def test_another_engagement_of_the_same_id_is_refused_before_anything_runs(place, monkeypatch):
    place.publish()
    other = write_engagement(place.folder / "elsewhere" / "tiny")
    monkeypatch.setattr("kamlib.report.running.run_notebook", lambda *_: pytest.fail("it ran"))
    before = sorted(place.home.rglob("*"))

    with pytest.raises(ParameterError, match="another engagement with the id tiny") as told:
        place.publish(other)

    assert "Give one of the two another id" in str(told.value)
    assert str(place.folder / "tiny") not in (place.home / folders.OWNER).read_text()
    assert sorted(place.home.rglob("*")) == before


def test_an_engagement_that_moved_goes_on_once_its_owner_says_so(place):
    place.publish()
    moved = place.folder / "moved"
    shutil.move(place.engagement, moved)

    with pytest.raises(ParameterError, match=r"only moved, delete engagement\.json"):
        place.publish(moved)
    (place.home / folders.OWNER).unlink()

    assert place.publish(moved).index.exists()


def test_a_link_to_an_engagement_is_the_same_engagement(place):
    place.publish()
    (place.folder / "link").symlink_to(place.engagement)

    assert place.publish(place.folder / "link").index.exists()


@pytest.fixture
def twelve(tmp_path) -> Path:
    """A report of twelve runs: the third is signed, the fifth does not say, the first is published."""
    for number in range(1, 13):
        run = tmp_path / "runs" / f"{number:02}"
        run.mkdir(parents=True)
        record = {"signed": number == 3, "signed_hash": f"hash {number}"}
        (run / "run.json").write_text(json.dumps(record) if number != 5 else "{}")
    (tmp_path / "latest.json").write_text(json.dumps({"run_id": "01"}))
    return tmp_path


def test_the_newest_runs_stay_with_the_published_and_the_signed_ones(twelve):
    gone = folders.forget_old_runs(twelve, keep=4, signed="hash 7")

    assert gone == ["02", "04", "06", "08"]
    left = sorted(path.name for path in (twelve / "runs").iterdir())
    assert left == ["01", "03", "05", "07", "09", "10", "11", "12"]
    assert sorted(path.name for path in twelve.iterdir()) == ["latest.json", "runs"]


def test_a_dozen_runs_leave_as_many_as_are_kept(place, monkeypatch):
    ids = (f"20250101T{number:06}Z-abc123" for number in range(100))
    monkeypatch.setattr("kamlib.report.committing.new_run_id", lambda *_: next(ids))
    monkeypatch.setattr("kamlib.report.rendering.write_pages", lambda *_: "index")
    for _run in range(12):
        place.publish(keep_runs=5)

    left = sorted(path.name for path in (place.home / "FY2025" / "runs").iterdir())
    assert left == [f"20250101T{number:06}Z-abc123" for number in range(7, 12)]
    assert sorted(path.name for path in (place.home / "FY2025").iterdir()) == [
        ".lock",
        "index.html",
        "latest.json",
        "runs",
    ]


def test_no_run_cannot_be_kept(place):
    with pytest.raises(ParameterError, match="keep_runs must be a whole number of at least 1"):
        place.publish(keep_runs=0)
