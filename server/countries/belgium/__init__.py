"""Belgium: eFact, nomenclature, prices and the rules of billing."""
