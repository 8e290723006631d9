"""The partners, made of code; they import nothing of the product they judge."""
