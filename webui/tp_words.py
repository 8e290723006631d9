"""Third-party payment in France in words: who pays what, and what a formula is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.services.french_billing import Parts
from server.services.french_formulas import Offered
from server.services.french_offers import Offer
from webui import formats
from webui.french_reasons import coefficient
from webui.i18n import Catalogue


@dataclass(frozen=True, slots=True)
class TpWords:
    """The sentences of one catalogue about what stands on an offer."""

    spoken: Catalogue

    def ticked(self, offer: Offer) -> str:
        """Say which boxes are ticked: « TP caisse / TP mutuelle » (MAIIA-43, MAIIA-59)."""
        return self.spoken.say(f"tp.ticked.{_state(offer.amo, offer.amc)}")

    def line(self, amo: bool, amc: bool, parts: Parts) -> str:
        """Say who pays what."""
        return self.spoken.say(
            f"tp.line.{_state(amo, amc)}", amo=self._money(parts.amo_cents),
            amc=self._money(parts.amc_cents), owed=self._money(parts.owed_cents),
        )  # fmt: skip

    def formula(self, each: Offered) -> str:
        """Say a formula: what the attestation prints, what it is, what it was given."""
        told = [each.label or self.spoken.say("tp.formula_unknown"), *self._given(each.parameters)]
        name = each.name if each.name != each.formula else ""
        printed = " ".join(word for word in (each.domain, name) if word)
        said = f"{each.formula}, {', '.join(told)}"
        return f"{printed}{formats.NBSP}: {said}" if printed else said

    def _given(self, parameters: Mapping[str, int]) -> list[str]:
        return [
            self.spoken.say("tp.rate", rate=coefficient(given)) if name.startswith("rate_")
            else self.spoken.say(f"tp.sum.{name}", sum=self._money(given))
            for name, given in parameters.items()
        ]  # fmt: skip

    def _money(self, cents: int) -> str:
        return formats.money(self.spoken, cents)


def _state(amo: bool, amc: bool) -> str:
    return "both" if amo and amc else "amo" if amo else "none"
