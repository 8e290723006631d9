"""What the doctor says of the Linux rules for devices: whether they are there, and how to add them.

Most desks need neither: who sits at the screen reaches the card service without. Their files are in
`installer/linux`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from server.app.findings import Finding

UDEV, POLKIT = "70-besace.rules", "50-besace-cards.rules"
_UDEV_FOLDERS = ("etc/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d")
_POLKIT_FOLDERS = ("etc/polkit-1/rules.d", "usr/share/polkit-1/rules.d")


def look_at_rules(root: Path = Path("/"), platform: str = sys.platform) -> Iterator[Finding]:
    """Tell of the rules for readers of codes and scanners, then of those for the card service.

    Nothing is said on other systems, nor of a service that is not there to ask.
    """
    if platform != "linux":
        return
    if (root / "run/udev").is_dir():
        yield _rules(root, "rules.udev", UDEV, _UDEV_FOLDERS)
    if (root / "usr/share/polkit-1/actions/org.debian.pcsc-lite.policy").exists():
        yield _rules(root, "rules.polkit", POLKIT, _POLKIT_FOLDERS)


def _rules(root: Path, code: str, name: str, folders: tuple[str, ...]) -> Finding:
    for folder in folders:
        try:
            found = (root / folder / name).exists()
        except PermissionError:  # polkit's folder is not for everybody to look into
            return Finding(f"{code}_hidden", facts={"name": name}, tried=False)
        if found:
            return Finding(f"{code}_ok", facts={"name": name})
    return Finding(f"{code}_none", facts={"name": name, "folder": f"/{folders[0]}"}, tried=False)
