"""The Python worker of ablate: one JSON step specification per line in, files and JSON events out.

It knows nothing of recipes, plans, keys or the store. docs/worker-protocol.md is the whole contract.
"""
