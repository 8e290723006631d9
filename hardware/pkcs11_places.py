"""Where the official middleware of each kind of card puts its PKCS#11 library.

Sources: `hardware.md` §2.7 (Belgian eID) and §3.1 (Cryptolib CPS; its names have changed, so that
the path can be told instead).
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from server.core.cards import CardKind

_PLACES: Mapping[CardKind, Mapping[str, tuple[str, ...]]] = {
    CardKind.EID: {
        "linux": ("usr/lib/*-linux-gnu/libbeidpkcs11.so*", "usr/lib*/libbeidpkcs11.so*",
                  "usr/local/lib/libbeidpkcs11.so*"),
        "darwin": ("Library/Belgium Identity Card/Pkcs11/*beid*",),
        "win32": ("Windows/System32/beidpkcs11.dll",),
    },
    CardKind.CPS: {
        "linux": ("usr/lib/libcps3_pkcs11*.so", "usr/lib/*-linux-gnu/libcps3_pkcs11*.so",
                  "usr/local/lib/libcps3_pkcs11*.so"),
        "darwin": ("usr/local/lib/libcps3_pkcs11*.dylib",),
        "win32": ("Windows/System32/cps3_pkcs11_w64.dll",),
    },
}  # fmt: skip
"""Under the root of the system, the likeliest first."""

ROOT = Path("C:/" if sys.platform == "win32" else "/")


def find(kind: CardKind, root: Path = ROOT, platform: str = sys.platform) -> Path | None:
    """Find the middleware of a kind of card; None when it is not installed where it usually is."""
    patterns = _PLACES[kind].get(platform, ())
    return next((place for each in patterns for place in sorted(root.glob(each))), None)
