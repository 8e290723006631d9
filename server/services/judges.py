"""Which country's rules judge the sessions of a practice; the only place that asks."""

from collections.abc import Callable
from functools import partial

from server.countries.judgement import Judgement
from server.services.desk import Desk
from server.services.dossiers import Dossier
from server.store.visits import Session

Judge = Callable[[Session, tuple[str, ...], Dossier], Judgement]
"""Judges one session with its codes on the dossier of its patient; writes nothing."""

_FRANCE = "FR"


def judge_of(desk: Desk) -> Judge:
    """Give the judge of the practice's country; the other country's is not even loaded."""
    if desk.practice.country == _FRANCE:
        from server.services.french_cases import FrenchJudge  # heavy tables of one country alone

        return FrenchJudge(desk)
    from server.services.belgian_cases import examine

    return partial(examine, desk)
