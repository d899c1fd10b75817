"""What a target is unless it says otherwise: each row by itself, counting as it weighs. Does not know any target."""


class Target:
    def __init__(self, width):
        self.width = width

    def learnt(self, truth, shares, loss):
        """What is learnt of each row where it is one thing: its truth. Shares are learnt beside it."""
        return truth

    def within(self, groups):
        """The same for the rows of a table with these groups, which are nothing to it."""
        return self

    def together(self, truth):
        """The groups whose rows are learnt from together; None where each row is learnt by itself."""

    def counting(self, truth, weights):
        """What the loss of each row counts."""
        return weights

    def outputs(self, loss):
        """How many outputs a head has."""
        return self.width
