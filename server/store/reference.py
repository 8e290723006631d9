"""The legal tables, read from the clear reference file attached as schema `ref`."""

from collections.abc import Mapping
from typing import Any

import apsw

_TABLES: Mapping[str, str] = {
    "be_tariff": "select * from ref.be_tariff",
    "be_nomenclature": "select * from ref.be_nomenclature",
    "be_mutualities": "select * from ref.be_mutualities",
    "be_ct1": "select * from ref.be_ct1",
    "be_quota": "select * from ref.be_quota",
    "be_deadlines": "select * from ref.be_deadlines",
    "be_second_session": "select * from ref.be_second_session",
    "be_agreement_need": "select * from ref.be_agreement_need",
    "be_tp_policy": "select * from ref.be_tp_policy",
    "be_not_conventioned": "select * from ref.be_not_conventioned",
    "be_copay": "select * from ref.be_copay",
    "be_not_cumulable": "select * from ref.be_not_cumulable",
    "be_settings": "select * from ref.be_settings",
    "be_setup": "select * from ref.be_setup",
    "fr_enrolment": "select * from ref.fr_enrolment",
    "fr_readers": "select * from ref.fr_readers",
    "fr_payer_notices": "select * from ref.fr_payer_notices",
    "fr_rejects": "select * from ref.fr_rejects",
    "fr_payers": "select * from ref.fr_payers",
    "fr_convention_columns": "select * from ref.fr_convention_columns",
    "code_profiles": "select * from ref.code_profiles",
    "be_efact_codes": "select * from ref.be_efact_codes",
    "be_efact_zones": "select * from ref.be_efact_zones",
    "be_efact_error_classes": "select * from ref.be_efact_error_classes",
    "be_efact_errors_common": "select * from ref.be_efact_errors_common",
    "fr_letters": "select * from ref.fr_letters",
    "fr_acts": "select * from ref.fr_acts",
    "fr_travel": "select * from ref.fr_travel",
    "fr_kilometres": "select * from ref.fr_kilometres",
    "fr_supplements": "select * from ref.fr_supplements",
    "fr_cumulation": "select * from ref.fr_cumulation",
    "fr_amo_rates": "select * from ref.fr_amo_rates",
    "fr_exonerations": "select * from ref.fr_exonerations",
    "fr_deductible": "select * from ref.fr_deductible",
    "fr_dap": "select * from ref.fr_dap",
    "fr_direct_access": "select * from ref.fr_direct_access",
    "fr_deadlines": "select * from ref.fr_deadlines",
    "fr_clocks": "select * from ref.fr_clocks",
    "fr_holidays": "select * from ref.fr_holidays",
    "fr_formulas": "select * from ref.fr_formulas",
    "fr_pmss": "select * from ref.fr_pmss",
    "fr_domains": "select * from ref.fr_domains",
    "fr_settings": "select * from ref.fr_settings",
    "fr_recipients": "select * from ref.fr_recipients",
    "fr_recipient_rules": "select * from ref.fr_recipient_rules",
    "fr_supporting_documents": "select * from ref.fr_supporting_documents",
    "fr_oppositions": "select * from ref.fr_oppositions",
}


RULES = (
    "be_tariff",
    "be_nomenclature",
    "be_mutualities",
    "be_ct1",
    "be_quota",
    "be_deadlines",
    "be_second_session",
    "be_agreement_need",
    "be_tp_policy",
    "be_not_conventioned",
    "be_copay",
    "be_not_cumulable",
    "be_settings",
)

FRENCH_RULES = (
    "fr_letters",
    "fr_acts",
    "fr_travel",
    "fr_kilometres",
    "fr_supplements",
    "fr_cumulation",
    "fr_amo_rates",
    "fr_exonerations",
    "fr_deductible",
    "fr_dap",
    "fr_direct_access",
    "fr_deadlines",
    "fr_clocks",
    "fr_holidays",
    "fr_formulas",
    "fr_pmss",
    "fr_domains",
    "fr_settings",
    "fr_recipients",
    "fr_recipient_rules",
    "fr_supporting_documents",
    "fr_oppositions",
)


def names() -> tuple[str, ...]:
    """Return the name of every table a reference file may have."""
    return tuple(_TABLES)


def holds(db: apsw.Connection, table: str) -> bool:
    """Say whether the reference file has a table: one built by an older program may not."""
    asked = "select 1 from ref.sqlite_master where type = 'table' and name = ?"
    return db.execute(asked, (table,)).fetchone() is not None


def rows(db: apsw.Connection, table: str) -> list[Mapping[str, Any]]:
    """Return every row of one table, by column name."""
    cursor = db.execute(_TABLES[table])
    try:
        names = [column[0] for column in cursor.description]
    except apsw.ExecutionCompleteError:
        return []
    return [dict(zip(names, row, strict=True)) for row in cursor]
