"""What happens to embedded tokens in training, between the embedding table and the first layer.

Knows which row each token is of. Does not know what is done to them, or why.
"""

from typing import NamedTuple

import torch


class Tokens(NamedTuple):
    """Of whom the tokens of a micro-batch are."""

    owners: torch.Tensor  # int64, of the shape of the ids: each token's row, also of padding behind it
    lengths: torch.Tensor  # int64 [B]: the tokens of each row


class Embedding:
    """Functions (embedded [..., hidden], Tokens) -> embedded, called one after another while the model trains."""

    def __init__(self):
        self.changes, self.tokens, self.handle = [], None, None

    def add(self, backbone, change):
        if self.handle is None:
            self.handle = backbone.get_input_embeddings().register_forward_hook(self.hook)
        self.changes.append(change)

    def clear(self):
        """Leave the backbone as it was."""
        if self.handle is not None:
            self.handle.remove()
        self.__init__()

    def expect(self, ids=None, lengths=None, layout=None):
        """Say whose tokens come next; without any, that they stay as they are."""
        self.tokens = None
        if ids is None or not self.changes:
            return
        if layout is None:  # ids [B, T], padded
            owners = torch.arange(len(ids), device=ids.device)[:, None].expand(ids.shape)
        else:  # ids [1, T]: one segment for each row, since nothing is shared
            owners = torch.zeros(len(layout.starts), dtype=torch.int64)
            owners[[segment for segment, _ in layout.rows]] = torch.arange(len(layout.rows))
            owners = owners.repeat_interleave(torch.tensor(layout.sizes))[None].to(ids.device)
            lengths = torch.tensor([length for _, length in layout.rows], device=ids.device)
        self.tokens = Tokens(owners, lengths)

    def hook(self, module, given, embedded):
        if self.tokens is None:
            return None
        for change in self.changes:
            embedded = change(embedded, self.tokens)
        self.tokens = None
        return embedded
