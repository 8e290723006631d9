"""Attacks on the real program over real sockets (`reliability-security.md` §6, by row)."""

import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.app.running import Running
from tests.app.visitor import Visitor, raw

Start = Callable[..., Running]
Visit = Callable[[str], Visitor]
SECRET = re.compile(r"[0-9a-f]{64}")
LINUX = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
