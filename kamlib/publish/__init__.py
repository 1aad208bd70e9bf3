"""From an engagement to a published report: notebooks are run, checked, rendered and put in place.

The run works in a folder of its own beside the reports. Only when every notebook has left its receipt
and no input has changed is it moved to ``runs/<id>``, and the report appears at one instant, when
``index.html`` is replaced. Otherwise the earlier report stays, and ``last_failure.json`` says why.
"""

from kamlib.publish.exporting import write_csv
from kamlib.publish.failures import NotPublished, RunFailed, RunGoingOn
from kamlib.publish.limits import Limits, limits_of
from kamlib.publish.reporting import Published, publish_report
from kamlib.publish.stages import run_stages

__all__ = [
    "Limits",
    "NotPublished",
    "Published",
    "RunFailed",
    "RunGoingOn",
    "limits_of",
    "publish_report",
    "run_stages",
    "write_csv",
]
