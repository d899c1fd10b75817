"""NEFTune: noise on embedded tokens in training (Jain and others, 2023).

Uniform in ±alpha / sqrt(tokens of the row · width). Knows embedded tokens and whose they are.
"""

import torch


class Noise:
    def __init__(self, alpha):
        self.alpha = alpha

    def __call__(self, embedded, tokens):
        most = self.alpha / (tokens.lengths.float() * embedded.shape[-1]).sqrt()  # [B]
        drawn = torch.empty_like(embedded).uniform_(-1, 1)
        return embedded + drawn * most[tokens.owners][..., None].to(embedded.dtype)
