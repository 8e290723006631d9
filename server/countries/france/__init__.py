"""What France says: its numbers, cards, formulas. Pure, and a stranger to other countries."""
