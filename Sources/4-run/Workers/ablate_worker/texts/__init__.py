"""What can be said of texts, one by one or among each other. Imports `protocol` alone."""
