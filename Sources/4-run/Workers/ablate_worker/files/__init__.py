"""The files that steps share, and the tables of users. Imports `protocol` alone."""
