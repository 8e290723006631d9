"""What the kiné sees."""
