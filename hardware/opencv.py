"""The one place where OpenCV is loaded: its limits are read from the environment as it loads.

A PNG of 49 kB may ask for 2.4 GB; refused beyond `MOST_PIXELS` (`reliability-security.md` §6).
"""

import os

MOST_PIXELS = 50_000_000
"""The largest image that is decoded, a byte a pixel."""

os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MOST_PIXELS)

import cv2  # noqa: E402 - the variable must be there first

cv2.setNumThreads(1)  # a frame is small, and the machine has other work

__all__ = ["MOST_PIXELS", "cv2"]
