"""The practice of the schedules, made once, and what the end of a run says of them."""

from pathlib import Path

import pytest

from tests.torture.faults import described
from tests.torture.summary import Summary
from tests.torture.template import Template

_TOLD = pytest.StashKey[list[Summary]]()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A practice with visits recorded, whose lots wait to be sealed."""
    return Template.of(tmp_path_factory.mktemp("torture") / "practice")


@pytest.fixture
def told(request: pytest.FixtureRequest) -> list[Summary]:
    """Where a test leaves the sums to be printed at the end of the run."""
    return request.config.stash.setdefault(_TOLD, [])


@pytest.fixture
def folder(template: Template) -> Path:
    return template.folder


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    summaries = config.stash.get(_TOLD, [])
    if summaries:
        terminalreporter.section("schedules of power, crash, network and partner")
        terminalreporter.write_line(described())
        for summary in summaries:
            terminalreporter.write_line(str(summary))
