"""One schedule again, step by step, from its seed alone.

python -m tests.torture.replay SEED [SENDER]
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.torture.recipe import Recipe
from tests.torture.schedule import play
from tests.torture.senders import OURS
from tests.torture.template import Template


def main(words: Sequence[str]) -> int:
    """Print the options, each step and the verdict; 1 when a promise was broken."""
    seed, sender = int(words[0]), words[1] if len(words) > 1 else OURS
    with tempfile.TemporaryDirectory() as folder:
        template = Template.of(Path(folder))
        print_line(f"seed {seed}, sender {sender}\n{Recipe.of(seed, template.drafts)}")
        result = play(template, seed, sender, print_line)
    print_line(str(result))
    return 0 if result.is_good else 1


def print_line(text: str) -> None:
    """Write a step as it happens."""
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
