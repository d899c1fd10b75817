"""Models on other models' predictions. Imports `models`, `files`, `texts` and `protocol`."""
