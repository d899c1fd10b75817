"""What computes: backbones, heads, the baseline, and how rows are put through them. Imports `files` and `protocol`."""
