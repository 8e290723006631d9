"""Words of papers, read beside everything else: a slow guess never keeps a page from the screen."""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from hardware.ocr import Ocr
from hardware.papers import Papers
from server.core.errors import KineError
from server.services import tray
from server.services.cabinet import Cabinet

log = logging.getLogger(__name__)

_STOP_SECONDS = 2.0


class Wording:
    """One background thread per open practice; idle where tesseract is not."""

    def __init__(self, cabinet: Cabinet, told: Callable[[], None], ocr: Ocr | None = None) -> None:
        """`told` wakes the screens after each document that proposes something."""
        self._cabinet = cabinet
        self._told = told
        self._ocr = ocr or Ocr()
        self._papers = Papers()
        self._wanted: SimpleQueue[str] = SimpleQueue()
        self._stopping = False
        self._thread = Thread(target=self._run, name="wording", daemon=True)

    def start(self) -> None:
        """Be there."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being read is left, and proposes nothing."""
        self._stopping = True
        self._ocr.stop()
        self._wanted.put("")
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def read(self, key: str) -> None:
        """Read a document that is on the table, when its turn comes."""
        self._wanted.put(key)

    def _run(self) -> None:
        for key in iter(self._wanted.get, ""):
            try:
                self._read(key)
            except KineError as error:  # locked meanwhile, or only read
                log.info("the words of a document were left: %s", error.code)
            except Exception as trouble:  # noqa: BLE001 - a guess that fails is no harm
                log.warning("the words of a document were left: %s", type(trouble).__name__)
            if self._wanted.empty():
                self._papers.close()
        self._papers.close()

    def _read(self, key: str) -> None:
        if self._stopping or not self._ocr.languages:
            return
        pages = self._papers.legible(tray.raw(self._cabinet.desk(), key))
        text = "\n".join(self._ocr.words(page) for page in pages)
        if text and not self._stopping:
            tray.suggest(self._cabinet.desk(), key, text)
            self._told()
