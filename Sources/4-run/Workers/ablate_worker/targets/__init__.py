"""What is predicted of a row, a module for each kind. Imports `files` and `protocol`."""
