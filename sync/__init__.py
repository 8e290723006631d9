"""The post: what travels, when the line allows it."""
