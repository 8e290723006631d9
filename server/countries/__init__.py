"""What Belgium says and what France says: pure, and strangers to each other."""
