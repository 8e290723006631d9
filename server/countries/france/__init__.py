"""What France says: its numbers, its cards. Pure, and a stranger to the other countries."""
