"""Verdicts where the truth is known: what is not there is seldom found, and what is there is. `bench statistics` simulates."""

import json
import os
import subprocess

from scipy import stats

from conftest import BINARY

BENCH = BINARY.parent / "bench"
TRIALS = int(os.environ.get("ABLATE_TRIALS", "240"))


def test_verdicts_keep_their_error_rate_and_find_what_is_there():
    made = subprocess.run([BENCH, "statistics", "--quick", "--json", "--trials", str(TRIALS), "--resamples", "400"],
                          capture_output=True, text=True, timeout=600)
    assert made.returncode == 0, made.stderr
    null, effect, still, drawn, noisy, found = json.loads(made.stdout)["rates"]
    assert null["trials"] == TRIALS and null["advantage"] == 0 and abs(null["difference"]) < 0.01 < effect["difference"]
    # More than this many of so many would come by once in a thousand times if the rate were the promised one.
    most = stats.binom.ppf(0.999, TRIALS, 0.05) / TRIALS
    assert null["helps_or_hurts"] <= most and null["corrected_t"] <= stats.binom.ppf(0.999, TRIALS, 0.07) / TRIALS
    assert null["any_of_a_recipe"] <= stats.binom.ppf(0.999, null["recipes"], 0.05) / null["recipes"]
    # The simulation shows up a test that is wrong: taking folds for independent finds three times as much and more.
    assert null["naive_t"] > max(3 * 0.05, null["helps_or_hurts"])
    assert effect["helps_or_hurts"] > 0.4 and effect["wrong_direction"] == 0
    # Of known parts: seeds that differ little, and more than all rows do. The corrected test finds a third of what there is then.
    for nothing, something, least in ((still, drawn, 0.97), (noisy, found, 0.8)):
        assert nothing["advantage"] == 0 and something["advantage"] == 0.05
        assert nothing["helps_or_hurts"] <= most and something["helps_or_hurts"] > least and something["wrong_direction"] == 0
    assert found["corrected_t"] < 0.5
