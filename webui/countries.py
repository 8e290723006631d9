"""Which screens a country has: the others are offered to nobody there, and say so when called.

A name is a page module (`billing`) or one address of a module both countries have
(`patients.insure`). What is in neither list is for every practice.
"""

from collections.abc import Mapping

from server.core.country import Country

ONLY: Mapping[Country, frozenset[str]] = {
    Country.BELGIUM: frozenset({
        "amounts", "billing", "connection", "finances", "ledger", "lots", "mandates",
        "options.tariff", "patients.insure", "refusals", "series.agree", "sessions.identify",
        "sessions.make_private", "setup",
    }),
    Country.FRANCE: frozenset({
        "assessments", "convention_check", "conventions", "cover_codes", "covers", "enrolment",
        "file_papers", "french_papers", "french_returns", "invoices", "invoicing", "legal_tables",
        "notices", "payers", "rights", "secure_tp", "series.access", "series.answer", "series.ask",
        "sessions.price", "signing", "transmission",
    }),
}  # fmt: skip
"""What one country alone has."""


def has(country: str, endpoint: str) -> bool:
    """Say whether a practice of this country has the page of an endpoint."""
    names = {endpoint, endpoint.partition(".")[0]}
    return not any(names & only for other, only in ONLY.items() if other != country)
