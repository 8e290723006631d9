"""What only the insurer's books know, played by magic patients (`be-mycarenet.md` §11)."""

from collections.abc import Iterator

from server.simulators.mycarenet.case import Case, Spell
from server.simulators.mycarenet.container import Act, Invoice, Record
from server.simulators.mycarenet.rejects import Reject


def judge_books(case: Case) -> Iterator[Reject]:
    """Put the code of each magic patient on the records his spell names."""
    for invoice in case.file.invoices:
        for spell in case.spells.get(invoice.head["8"][2:], ()):
            if spell.unless_ct and invoice.head["27"].endswith(spell.unless_ct):
                continue
            for record in _struck(spell, invoice):
                yield Reject(record.place, spell.code)


def _struck(spell: Spell, invoice: Invoice) -> Iterator[Record]:
    kind = spell.record
    if kind == "20":
        yield invoice.head
    elif kind == "80":
        yield from [invoice.foot] if invoice.foot else []
    else:
        for act in _named(spell, invoice.acts):
            yield from (record for record in act.records() if record.kind == kind)


def _named(spell: Spell, acts: list[Act]) -> list[Act]:
    match spell.acts:
        case "all":
            return acts
        case "first":
            return acts[:1]
        case "last":
            return acts[-1:]
    return [act for act in acts if act.care["4"][1:] == spell.acts]
