"""How a classifier is trained. Imports `models`, `files` and `protocol`."""
