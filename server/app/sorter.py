"""The sorter: looks into what came in, one document after the other, beside the screens.

Pages are drawn and codes are read by processes of ours (`hardware.papers`, `hardware.decoder`); one
that falls costs its document its pages, never the document. What a lock interrupts is looked into
at the next unlocking.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from traceback import format_tb

from hardware.decoder import Decoder
from hardware.page_wire import Page as Drawn
from hardware.papers import Papers
from server.app.wording import Wording
from server.core.codes import CodeRead
from server.core.errors import KineError
from server.core.leaves import read
from server.services import revisions, tray
from server.services.cabinet import Cabinet
from server.services.tray import Page
from server.store.revisions import Revision

log = logging.getLogger(__name__)

STUMBLE = "tray.stumble"
"""Problem of a document our own mistake kept from being looked into."""

_TICK_SECONDS = 60.0
_STOP_SECONDS = 2.0


class Sorter:
    """One background thread per open practice."""

    def __init__(
        self,
        cabinet: Cabinet,
        told: Callable[[], None],
        papers: Papers | None = None,
        decoder: Decoder | None = None,
        wording: Wording | None = None,
    ) -> None:
        """`told` wakes the screens after each document."""
        self._cabinet = cabinet
        self._told = told
        self._papers = papers or Papers()
        self._decoder = decoder or Decoder()
        self._wording = wording or Wording(cabinet, told)
        self._given_up: set[str] = set()  # until the next unlocking
        self._wanted = Event()
        self._stopping = False
        self._thread = Thread(target=self._run, name="sorter", daemon=True)

    def start(self) -> None:
        """Begin with what an earlier run left."""
        self._wanted.set()
        self._wording.start()
        self._thread.start()

    def wake(self) -> None:
        """Something came in."""
        self._wanted.set()

    def stop(self) -> None:
        """End; a document under way is left for the next unlocking."""
        self._stopping = True
        self._wording.stop()
        self._wanted.set()
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping:
            self._wanted.wait(_TICK_SECONDS)
            self._wanted.clear()
            try:
                self._round()
                self._redraw_all()
            except KineError as error:  # locked meanwhile, or only read
                log.info("the table was left: %s", error.code)
            except Exception as trouble:  # noqa: BLE001 - what comes next is looked into anyway
                self._stumbled(trouble)
            self._papers.close()
            self._decoder.close()

    def _round(self) -> None:
        """Look into everything nobody looked into, what comes in meanwhile included."""
        while not self._stopping:
            keys = [k for k in tray.unseen(self._cabinet.desk()) if k not in self._given_up]
            if not keys:
                return
            self._given_up.add(keys[0])  # whatever happens now happens once
            self._look_into(keys[0])
            self._wording.read(keys[0])

    def _redraw_all(self) -> None:
        """Turn and cut the pages somebody asked for, each revision once."""
        while not self._stopping:
            every = revisions.to_make(self._cabinet.desk())
            asked = [each for each in every if _of(each) not in self._given_up]
            if not asked:
                return
            self._given_up.add(_of(asked[0]))
            self._redraw(asked[0])

    def _redraw(self, asked: Revision) -> None:
        content = tray.raw(self._cabinet.desk(), asked.incoming)
        try:
            drawn = self._papers.revised(content, read(asked.leaves))
            pages, pdf = _pages(drawn.pages), drawn.pdf
            problem = "" if pdf else str(drawn.found.problem or STUMBLE)
        except Exception as trouble:  # noqa: BLE001 - the document stays as it was seen
            self._stumbled(trouble)
            pages, pdf, problem = [], b"", STUMBLE
        if not self._stopping:
            revisions.made(self._cabinet.desk(), asked, pages, pdf, problem)
            self._told()

    def _look_into(self, key: str) -> None:
        content = tray.raw(self._cabinet.desk(), key)
        try:
            with ThreadPoolExecutor(1) as beside:  # two processes of ours: two processors
                reading = beside.submit(self._codes, content)
                made = self._papers.pages(content)
                codes = reading.result()
            pages, problem = _pages(made.pages), str(made.found.problem or "")
        except Exception as trouble:  # noqa: BLE001 - the document stays, with its sentence
            self._stumbled(trouble)
            pages, problem, codes = [], STUMBLE, ()
        if not self._stopping:
            said = "" if pages else problem or STUMBLE
            tray.looked_into(self._cabinet.desk(), key, pages, said, codes)
            self._told()

    def _codes(self, content: bytes) -> tuple[CodeRead, ...]:
        """Read the codes; that there are none, or that they could not be read, is no news."""
        return self._decoder.read_file(content).codes

    def _stumbled(self, trouble: Exception) -> None:
        # The trace without the error's own words: they could be a patient's.
        trace = "".join(format_tb(trouble.__traceback__))
        log.error("the sorter stumbled on %s\n%s", type(trouble).__name__, trace)


def _pages(made: Sequence[Drawn]) -> list[Page]:
    return [Page(each.jpeg, each.score, each.advice) for each in made]


def _of(asked: Revision) -> str:
    return f"{asked.incoming} {asked.version}"
