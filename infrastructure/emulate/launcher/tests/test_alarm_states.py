"""CloudWatch's own table of missing data: its examples for 3 of 3 and 2 of 3, over a window of five periods."""

import unittest
from typing import Any

from launcher.alarms import decide

STATES = {"A": "ALARM", "O": "OK", "I": "INSUFFICIENT_DATA", "=": None}
RULES = ("missing", "ignore", "breaching", "notBreaching")

# (periods, the oldest first: X breaches, 0 does not, - is missing; the state by each of RULES)
THREE_OF_THREE = (
    ("0-X-X", "OOOO"),
    ("----0", "OOOO"),
    ("-----", "I=AO"),
    ("0XX-X", "AAAA"),
    ("--X--", "A=AO"),
)
TWO_OF_THREE = (
    ("0-X-X", "AAAA"),
    ("00X-X", "AAAA"),
    ("0-X--", "OOAO"),
    ("----0", "OOAO"),
    ("---X-", "A=AO"),
)


def alarm(to_alarm: int, rule: str) -> dict[str, Any]:
    return {
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": to_alarm,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.0,
        "TreatMissingData": rule,
    }


class AlarmStates(unittest.TestCase):
    def check(self, to_alarm: int, table: tuple[tuple[str, str], ...]) -> None:
        values = {"X": 1.0, "0": 0.0, "-": None}
        for periods, expected in table:
            for rule, state in zip(RULES, expected, strict=True):
                with self.subTest(periods=periods, rule=rule):
                    found = decide(alarm(to_alarm, rule), [values[one] for one in periods])
                    self.assertEqual(found, STATES[state])

    def test_three_of_three(self) -> None:
        self.check(3, THREE_OF_THREE)

    def test_two_of_three(self) -> None:
        self.check(2, TWO_OF_THREE)
