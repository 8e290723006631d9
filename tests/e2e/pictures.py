"""Pictures of screens: where they go, and how they are kept small."""

import os
from pathlib import Path

from PIL import Image

SCREENS = Path(__file__).parents[2] / "docs" / "screens"


def folder_of(tmp_path: Path) -> Path:
    """The documentation when `BESACE_UPDATE_SCREENS=1` asks for it; otherwise a folder to lose."""
    return SCREENS if os.environ.get("BESACE_UPDATE_SCREENS") == "1" else tmp_path


def save(picture: Image.Image, file: Path) -> None:
    """Write a picture of at most 256 colours, rare ones included."""
    file.parent.mkdir(parents=True, exist_ok=True)
    few = picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
