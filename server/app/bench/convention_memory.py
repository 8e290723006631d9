"""What importing a large table takes of memory: `python -m server.app.bench.convention_memory N`.

In a process of its own, so that nothing else is counted. Prints megabytes, the most there ever was.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from server.app.bench import convention_rows
from server.app.bench.conventions import found
from server.services.convention_import import confirm, read


def main(size: int) -> int:
    """Import a table of so many bytes that never lies in memory whole, and confirm it."""
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        cabinet = found(Path(folder))
        try:
            key = read(cabinet.desk(), "C-Grande.csv", convention_rows.pieces(size)).id
            confirm(cabinet.desk(), key)
        finally:
            cabinet.lock()
    sys.stdout.write(f"{_peak() / 1024:.1f}\n")
    return 0


def _peak() -> int:
    """Return the kilobytes this process held at most.

    Linux hands the peak of whoever starts a process on to `getrusage`, never to `VmHWM`.
    """
    status = Path("/proc/self/status")
    if status.exists():
        held = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
        return int(held.split()[1])
    import resource  # Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
