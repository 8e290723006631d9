"""What a French card says, in plain words, for `besace inspect` (`cli.md`, French card)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from server.app.words import Words
from server.core.codes import visible

_ELLIPSIS = "…"


def card_lines(content: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Write a card for people, each character that acts or hides as a sign."""
    if "beneficiaries" in content:
        yield from map(visible, _vitale(content, words))
    elif "situations" in content:
        yield from map(visible, _ps(content, words))


def _vitale(content: Mapping[str, Any], words: Words) -> Iterator[str]:
    holder = content["holder"]
    if holder["nir"] is not None:
        body = " ".join(holder[name] for name in ("regime", "caisse", "centre"))
        facts = {**_shown(holder), "body": body}
        yield words.say("fr.card.holder", facts)
        if holder["card_type"] == "T":
            yield words.say("fr.card.test", {})
    for person in content["beneficiaries"]:
        number = " ".join(filter(None, (person["nir"], person["key"]))) or _ELLIPSIS
        yield words.say("fr.card.person", {**_shown(person), "number": number})
        yield "  " + _coded("quality", person["quality"], words)
        if person["service"].strip("0"):
            yield "  " + _coded("service", person["service"], words)
        for period in person["amo"]:
            known = "fr.card.rights" if period["cover"] is None else "fr.card.cover"
            yield "  " + words.say(known, {**_shown(period), "when": _when(period, words)})
        for mutual in person["amc"]:
            yield "  " + words.say("fr.card.amc", {**_shown(mutual), "when": _when(mutual, words)})
            kind = "mutual_indicator" if mutual["group"] == 107 else "amc_indicator"
            if mutual["indicator"]:
                yield "    " + _coded(kind, mutual["indicator"], words)


def _ps(content: Mapping[str, Any], words: Words) -> Iterator[str]:
    if content["holder"]:
        yield words.say("fr.cps.holder", _shown(content["holder"]))
    for situation in content["situations"]:
        yield words.say("fr.cps.situation", _shown(situation))
        for name in ("specialty", "convention", "mode"):
            yield "  " + _coded(name, situation[name], words)
        for name in ("signs_invoice", "signs_lot"):
            yield "  " + words.say(f"fr.cps.{name}.{situation[name] == '1'}", {})


def _coded(kind: str, code: str, words: Words) -> str:
    """Say what a code stands for; an unknown one is shown as it is."""
    key = f"fr.{kind}.{code}"
    if key not in words.sentences:
        return words.say("fr.code.unknown", {"name": words.say(f"fr.{kind}", {}), "code": code})
    return words.say("fr.code", {"name": words.say(f"fr.{kind}", {}), "code": code,
                                 "label": words.say(key, {})})  # fmt: skip


def _when(period: Mapping[str, Any], words: Words) -> str:
    """Say from when to when; a side without date is open."""
    begin, end = _day(period["from"]), _day(period["to"])
    if begin and end:
        return words.say("fr.when.between", {"begin": begin, "end": end})
    if begin or end:
        return words.say("fr.when.from" if begin else "fr.when.to", {"day": begin or end})
    return words.say("fr.when.open", {})


def _day(text: str | None) -> str:
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}" if text else ""
    except ValueError:
        return text or ""


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    days = ("birth", "valid_to")
    return {
        name: (_day(value) if name in days else str(value or "").strip()) or _ELLIPSIS
        for name, value in values.items()
    }
