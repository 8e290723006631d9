"""Papers handed to patients, as bytes."""
