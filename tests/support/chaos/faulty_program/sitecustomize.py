"""Put on PYTHONPATH, it plants fault points, a spy and breakages in the installed program.

Nothing of the product knows of them. It acts in the program itself, and neither in the mail
parser's process nor in any other Python that inherits the environment.

    CHAOS_KILL=point:nth    SIGKILL to itself at the nth passing of a point
    CHAOS_ORDERS=FILE       the same while it runs: {"point", "nth", "signal"}, read when it changes
    CHAOS_REPEAT_S=SECONDS  until a send of unknown outcome is begun once more, instead of a minute
    CHAOS_AHEAD_S=SECONDS   the program's clock is ahead of this machine's by so much
    CHAOS_NOTES=FILE        where the spy writes what was delivered, settled, and which fault fired
    CHAOS_BREAK=NAME        a deliberate breakage, which the oracle has to catch
    CHAOS_LEASE_S=SECONDS   leases of groups and sources, so that nobody waits for minutes
"""

import os
import sys
import traceback
from pathlib import Path

_PROGRAM = "careerops"


def _install() -> None:
    import chaos_outside  # noqa: PLC0415  # the program is imported only where it is the program
    import chaos_points  # noqa: PLC0415  # the program is imported only where it is the program
    import chaos_sqlite  # noqa: PLC0415  # the same

    chaos_points.install()
    chaos_outside.install()
    chaos_sqlite.install()
    if os.environ.get("CHAOS_LANE") == "kafka":
        import chaos_kafka  # noqa: PLC0415  # needs the client, which the other lane does not

        chaos_kafka.install()
    chaos_points.break_as_told()


if any(Path(argument).name == _PROGRAM for argument in sys.orig_argv[1:4]):
    try:
        _install()
    except BaseException:  # noqa: BLE001  # said and answered by the end of the process
        # The interpreter would go on without its faults, and every test would pass.
        traceback.print_exc()
        os._exit(99)
