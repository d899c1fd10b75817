"""What published metric files import as `kaggle_metric_utilities` where no such module lies beside them.

Knows tables of pandas; not which metric asks.
"""

NAME = "kaggle_metric_utilities"


class ParticipantVisibleError(Exception):
    """What is wrong with a submission."""


class HostVisibleError(Exception):
    """What is wrong with a metric or a solution."""


def safe_call_score(metric_function, solution, submission, **arguments):
    """The metric's value; its errors as they are."""
    return metric_function(solution, submission, **arguments)


def verify_valid_probabilities(df, df_name):
    """That a table of probabilities alone, one column a label, has rows that sum to 1."""
    import numpy as np
    import pandas.api.types
    if not all(pandas.api.types.is_numeric_dtype(kind) for kind in df.dtypes):
        raise ParticipantVisibleError(f"All target values in {df_name} must be numeric")
    if df.min().min() < 0:
        raise ParticipantVisibleError(f"All target values in {df_name} must be at least zero")
    if df.max().max() > 1:
        raise ParticipantVisibleError(f"All target values in {df_name} must be no greater than one")
    if not np.allclose(df.sum(axis=1), 1):
        raise ParticipantVisibleError(f"Target values in {df_name} do not add to one within all rows")
