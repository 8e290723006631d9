"""A disk of a few megabytes that can be filled and turned read-only: a mount of memory."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STEP = 16 * 1024


@dataclass
class SmallDisk:
    """A mounted folder."""

    place: Path

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.place / "ballast").open("wb", buffering=0) as file:
            step = _STEP
            while step:
                try:
                    file.write(bytes(step))
                except OSError:
                    step //= 2

    def free(self) -> None:
        """Give the space back."""
        (self.place / "ballast").unlink()

    def turn(self, how: str) -> None:
        """Make it "ro" or "rw"."""
        self.remount(how)

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.place)], check=True)


def may_mount() -> bool:
    """Whether this process may mount: root, outside a container that forbids it."""
    if os.geteuid() != 0:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount a disk of so many megabytes for a while."""
    place.mkdir(mode=0o700)
    size = f"size={megabytes}m,mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True)
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
