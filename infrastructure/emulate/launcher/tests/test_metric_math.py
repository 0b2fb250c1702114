import unittest

from launcher.metric_math import MathRefused, Period, Value, evaluate


def value(expression: str, **metrics: Value) -> Value:
    known = frozenset(name for name, one in metrics.items() if one is not None)
    return evaluate(expression, Period(metrics, known))


class MetricMath(unittest.TestCase):
    def test_the_alarms_of_bp(self) -> None:
        wake = "IF(q > 0 AND hb < 1 AND running + pend < 1, 1, 0)"
        self.assertEqual(value(wake, q=2.0, hb=0.0, running=0.0, pend=0.0), 1)
        self.assertEqual(value(wake, q=2.0, hb=0.0, running=0.0, pend=1.0), 0)
        self.assertEqual(value(wake, q=2.0, hb=1.0, running=0.0, pend=0.0), 0)

    def test_a_missing_point_makes_the_whole_value_missing(self) -> None:
        self.assertIsNone(value("IF(q > 0 AND hb < 1, 1, 0)", q=2.0, hb=None))

    def test_fill_fills_a_gap_but_not_a_series_without_a_point(self) -> None:
        self.assertEqual(evaluate("FILL(a, 0) + 1", Period({"a": None}, frozenset({"a"}))), 1)
        self.assertIsNone(evaluate("FILL(a, 0) + 1", Period({"a": None}, frozenset())))

    def test_binds_as_usual(self) -> None:
        self.assertEqual(value("100 * (a + b) / c - 1", a=1.0, b=2.0, c=4.0), 74)
        self.assertIsNone(value("a / b", a=1.0, b=0.0))

    def test_refuses_what_it_does_not_know(self) -> None:
        for expression in ("SEARCH(a)", "a +", "a ? b", "unknown", "(a"):
            with self.subTest(expression), self.assertRaises(MathRefused):
                value(expression, a=1.0)
