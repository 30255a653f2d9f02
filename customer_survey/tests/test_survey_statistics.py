import doctest
import random
from math import comb, isclose

from odoo.tests import BaseCase, tagged

from ..tools import statistics
from ..tools.statistics import Sample, compare_means, compare_nets, compare_shares, net_interval, wilson


@tagged("post_install", "-at_install")
class TestSurveyStatistics(BaseCase):
    def test_doctests(self):
        """The examples of the formulas are their specification."""
        result = doctest.testmod(statistics)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)

    def test_net_interval_holds_the_true_score(self):
        """Of all samples that can be drawn, those whose interval holds the true score weigh about 95 %.

        Independent of the formula: every sample of a known population is listed with its probability.
        """
        for size, promoters, detractors in (
            (10, 0.5, 0.2),
            (10, 0.8, 0.1),
            (25, 0.35, 0.35),
            (40, 0.9, 0.05),
            (60, 0.6, 0.15),
        ):
            true, passives, held = 100.0 * (promoters - detractors), 1 - promoters - detractors, 0.0
            for p in range(size + 1):
                for d in range(size - p + 1):
                    low, high = net_interval(p, size - p - d, d)
                    if low <= true <= high:
                        ways = comb(size, p) * comb(size - p, d)
                        held += ways * promoters**p * detractors**d * passives ** (size - p - d)
            self.assertTrue(0.93 <= held <= 0.99, (size, promoters, detractors, held))

    def test_net_interval_is_that_of_a_bootstrap(self):
        """With many answers the interval is what drawing from the answers again and again gives."""
        generator = random.Random(7)
        answers = [1] * 240 + [0] * 100 + [-1] * 60
        means = sorted(100.0 * sum(generator.choices(answers, k=400)) / 400 for _draw in range(2000))
        low, high = net_interval(240, 100, 60)
        self.assertAlmostEqual(low, means[50], delta=1.0)
        self.assertAlmostEqual(high, means[1949], delta=1.0)

    def test_net_interval_of_all_the_same_is_not_sure(self):
        """All promoters, and one answer alone, leave a wide interval within the scale."""
        for counts in ((20, 0, 0), (0, 0, 20), (0, 20, 0), (1, 0, 0)):
            low, high = net_interval(*counts)
            self.assertTrue(-100.0 <= low < high <= 100.0, counts)
            self.assertGreater(high - low, 10.0, counts)

    def test_wilson_holds_the_true_share(self):
        """Of all samples that can be drawn, those whose interval holds the true share weigh about 95 %."""
        for size, rate in ((10, 0.5), (30, 0.8), (50, 0.95), (100, 0.3)):
            held = sum(
                comb(size, part) * rate**part * (1 - rate) ** (size - part)
                for part in range(size + 1)
                if wilson(part, size)[0] <= 100.0 * rate <= wilson(part, size)[1]
            )
            self.assertTrue(0.92 <= held <= 0.99, (size, rate, held))
        self.assertEqual(wilson(0, 10)[0], 0.0)
        self.assertTrue(isclose(wilson(10, 10)[1], 100.0))

    def test_chance_seldom_counts_as_real(self):
        """Two samples of the same population differ "by more than chance" in about one of twenty cases."""
        generator = random.Random(11)
        real = {"share": 0, "net": 0, "mean": 0}
        draws = 400

        def draw():
            answers = generator.choices((1, 0, -1), (0.6, 0.25, 0.15), k=120)
            return answers.count(1), answers.count(0), answers.count(-1)

        for _draw in range(draws):
            now, before = draw(), draw()
            real["share"] += compare_shares(now[0], 120, before[0], 120).verdict == "real"
            real["net"] += compare_nets(now, before).verdict == "real"
            samples = [Sample(120, one[0] - one[2], one[0] + one[2]) for one in (now, before)]
            real["mean"] += compare_means(*samples).verdict == "real"
        for name, count in real.items():
            self.assertTrue(0.02 <= count / draws <= 0.09, (name, count))

    def test_too_few_tell_nothing(self):
        """With few answers, none in a period, or all alike, nothing is claimed."""
        self.assertEqual(compare_shares(29, 29, 0, 29).verdict, "few")
        self.assertEqual(compare_shares(0, 0, 0, 0).change, None)
        self.assertEqual(compare_nets((29, 0, 0), (0, 0, 400)).verdict, "few")
        self.assertEqual(compare_means(Sample(0, 0.0, 0.0), Sample(50, 50.0, 60.0)).change, None)
        self.assertEqual(compare_means(Sample(50, 50.0, 50.0), Sample(50, 50.0, 50.0)).verdict, "few")
