"""What the product knows and decides."""
