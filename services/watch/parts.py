"""The parts of this service as rules see them: machines of site "" with a kind and a code.

Some are always there, because their absence is what must be noticed; ingest workers and followers of the log are those
that the database knows. A name that was drained is no part any more, and its alarms end with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from analytics.alarms.machine import Machine
from services import health
from services.database import Connection
from services.watch import figures

#: Duties that somebody must do; `watch` is not among them: it cannot tell of its own silence.
WATCHED_DUTIES = ("energy", "alarms", "maintenance", "notifications")

#: Each duty and the command that does it, in the order of an installation's needs.
DUTY_DONE_BY = {
    "energy": "ioe analytics --duty energy",
    "alarms": "ioe analytics --duty alarms",
    "maintenance": "ioe analytics --duty maintenance",
    "watch": "ioe watch",
    "notifications": "ioe watch",
}

#: Who does a duty says so each second, and another takes over within ten: beyond this nobody does it.
DUTY_SILENT_S = 15.0

_FIXED = (
    ("ingest", "ingest", "Ingest", "采集"),
    ("broker", "broker", "Message broker", "消息代理"),
    ("database", "database", "Database", "数据库"),
    ("disk", "disk", "Disk of the database", "数据库磁盘"),
    ("clock", "clock", "Clock", "时钟"),
    ("duty", "energy", "Energy engine", "能量计算"),
    ("duty", "alarms", "Alarm evaluation", "报警计算"),
    ("duty", "maintenance", "Maintenance", "维护管理"),
    ("duty", "notifications", "Notifications", "通知"),
)
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


async def load(connection: Connection) -> list[Machine]:
    """Every part there is now."""
    workers = [row.name for row in await health.workers(connection)]
    followers = [row.name for row in await figures.followers(connection)]
    return parts(workers, followers)


def parts(workers: Iterable[str], followers: Iterable[str]) -> list[Machine]:
    """The parts that are always there, with a part for each ingest worker and each follower of the log."""
    return [
        *(Machine("", "service", code, name, name_zh, kind) for kind, code, name, name_zh in _FIXED),
        *(
            Machine("", "service", name, f"Ingest worker {name}", f"采集进程 {name}", "ingest_worker")
            for name in workers
        ),
        *(
            Machine("", "service", f"log-{name}", f"Follower {name} of the log", f"日志跟随者 {name}", "follower")
            for name in followers
            if _CODE.fullmatch(name)  # a name by hand that is no code cannot bear an alarm; doctor lists it
        ),
    ]
