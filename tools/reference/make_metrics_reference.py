"""Reference values for packages/evaluation/src/metrics, from SciPy and statsmodels.

    python tools/reference/make_metrics_reference.py packages/evaluation/src/metrics/reference.fixture.json

Needs scipy and statsmodels (versions in requirements.txt).
"""

import json
import sys

import numpy
import scipy
import statsmodels
from scipy.stats import binomtest, bootstrap
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

PROPORTIONS = [(0, 1), (1, 1), (2, 4), (7, 13), (1, 97), (96, 97), (300, 972), (0, 972), (12345, 99999)]
DISCORDANT = [(0, 0), (1, 0), (4, 1), (3, 3), (0, 10), (12, 30), (250, 301), (700, 900), (5, 1200), (60000, 60600)]
# unsafe/unsafe, unsafe/safe, safe/unsafe, safe/safe
TABLES = [(5, 2, 2, 4), (10, 0, 0, 10), (0, 8, 8, 0), (20, 5, 10, 15), (1, 0, 30, 0), (400, 31, 77, 464)]


def wilson(count, total):
    low, high = proportion_confint(count, total, alpha=0.05, method="wilson")
    return {"count": count, "total": total, "low": float(low), "high": float(high)}


def exact(only_before, only_after):
    table = [[0, only_before], [only_after, 0]]
    p = mcnemar(table, exact=True).pvalue if only_before + only_after else 1.0
    if only_before + only_after:
        # A second implementation, which does not go by the same code.
        test = binomtest(only_before, only_before + only_after, 0.5).pvalue
        assert abs(min(p, 1.0) - test) <= 1e-9 * test, (only_before, only_after, p, test)
    return {"onlyBefore": only_before, "onlyAfter": only_after, "p": float(min(p, 1.0))}


def kappa(table):
    return {"table": table, "kappa": float(cohens_kappa(numpy.reshape(table, (2, 2))).kappa)}


def percentile(cells, seed):
    """Interval of the mean over cells of their mean change; `cells`: (lost, unchanged, gained) of each."""
    values = [numpy.repeat([-1, 0, 1], counts) for counts in cells]

    def statistic(*samples, axis):
        return sum(sample.mean(axis=axis) for sample in samples) / len(samples)

    result = bootstrap(
        values, statistic, method="percentile", n_resamples=200_000, batch=2000, rng=numpy.random.default_rng(seed)
    )
    low, high = result.confidence_interval
    return {"cells": cells, "low": float(low), "high": float(high)}


def main(path):
    reference = {
        "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
        "wilson": [wilson(*each) for each in PROPORTIONS],
        "mcnemar": [exact(*each) for each in DISCORDANT],
        "kappa": [kappa(each) for each in TABLES],
        "bootstrap": [
            percentile([(20, 60, 17)], 1),
            percentile([(40, 110, 13)], 2),
            percentile([(9, 30, 5), (2, 90, 52), (60, 60, 24)], 3),
        ],
    }
    with open(path, "w", encoding="utf-8") as file:
        json.dump(reference, file, indent=1)
        file.write("\n")


main(sys.argv[1])
