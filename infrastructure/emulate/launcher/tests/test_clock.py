import unittest
from unittest import mock

from launcher import clock


class Clock(unittest.TestCase):
    def setUp(self) -> None:
        self.enterContext(mock.patch.object(clock, "_ticks", []))
        self.enterContext(mock.patch.object(clock, "_speed", 60.0))

    def tick_at(self, *moments: float) -> None:
        for moment in moments:
            with mock.patch("time.time", return_value=moment):
                clock.tick()

    def test_a_minute_is_what_lies_between_two_ticks(self) -> None:
        # The third second took two: a slow machine.
        self.tick_at(100, 101, 103)
        self.assertEqual(clock.seen(103, 103), 103)
        self.assertEqual(clock.seen(102, 103), 103 - 30)
        self.assertEqual(clock.seen(101, 103), 103 - 60)
        self.assertEqual(clock.seen(100.5, 103), 103 - 90)

    def test_what_lies_before_the_first_tick_keeps_its_age(self) -> None:
        self.tick_at(100, 101)
        self.assertEqual(clock.seen(90, 101), 101 - 60 - 10)

    def test_nothing_lies_in_the_future(self) -> None:
        self.tick_at(100)
        self.assertLessEqual(clock.seen(100.5, 100.5), 100.5)
        self.assertLess(clock.seen(100.1, 100.5), clock.seen(100.4, 100.5))
