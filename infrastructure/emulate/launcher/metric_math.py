"""CloudWatch's metric math, as far as bp's alarms use it: one value a period, or nothing.

    expression := either (OR either)*          either := comparison (AND comparison)*
    comparison := sum ((< | <= | > | >= | == | !=) sum)?
    sum := product ((+ | -) product)*          product := unary ((* | /) unary)*
    unary := - unary | atom                    atom := number | name | name(expression, …) | (expression)

A period in which a series has no point has no value, except through FILL; and FILL gives nothing for a series without a
single point in the whole window.
"""

import operator
import re
from dataclasses import dataclass
from typing import Callable, Mapping

Value = float | None

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(<=|>=|==|!=|&&|\|\||[-+*/(),<>]))")
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
DEPTH_MAX = 50


class MathRefused(ValueError):
    """An expression that this evaluator does not know; nothing is guessed."""


@dataclass(frozen=True)
class Period:
    """The values of one period, and which series have any point in the window."""

    values: Mapping[str, Value]
    known: frozenset[str]


def tokens_of(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise MathRefused(f"unexpected {text[at:]!r} in {text!r}")
        found.append(match.group().strip())
        at = match.end()
    return found


class Reader:
    """Reads an expression and computes it on the way, for one period."""

    def __init__(self, text: str, period: Period) -> None:
        self.text, self.period = text, period
        self.tokens, self.at, self.depth = tokens_of(text), 0, 0

    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str | None:
        token = self.next()
        if token.upper() in wanted and token != "":
            self.at += 1
            return token.upper()
        return None

    def demand(self, wanted: str) -> None:
        if self.take(wanted) is None:
            raise MathRefused(f"{wanted!r} was expected at {self.next()!r} in {self.text!r}")

    def whole(self) -> Value:
        value = self.expression()
        if self.next() != "":
            raise MathRefused(f"unexpected {self.next()!r} in {self.text!r}")
        return value

    def expression(self) -> Value:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise MathRefused(f"{self.text!r} is nested too deeply")
        value = self.chain(self.either, {"OR": lambda a, b: a != 0 or b != 0, "||": lambda a, b: a != 0 or b != 0})
        self.depth -= 1
        return value

    def either(self) -> Value:
        both: Callable[[float, float], bool] = lambda a, b: a != 0 and b != 0
        return self.chain(self.comparison, {"AND": both, "&&": both})

    def comparison(self) -> Value:
        return self.chain(self.sum, COMPARISONS)

    def sum(self) -> Value:
        return self.chain(self.product, {"+": operator.add, "-": operator.sub})

    def product(self) -> Value:
        # CloudWatch gives no value where a divisor is 0.
        return self.chain(self.unary, {"*": operator.mul, "/": lambda a, b: a / b if b != 0 else None})

    def chain(self, part: Callable[[], Value], operators: Mapping[str, Callable[[float, float], Value]]) -> Value:
        value = part()
        while (found := self.take(*operators)) is not None:
            other = part()
            result = None if value is None or other is None else operators[found](value, other)
            value = None if result is None else float(result)
        return value

    def unary(self) -> Value:
        if self.take("-") is None:
            return self.atom()
        value = self.unary()
        return None if value is None else -value

    def atom(self) -> Value:
        if self.take("(") is not None:
            value = self.expression()
            self.demand(")")
            return value
        token = self.next()
        self.at += 1
        if re.fullmatch(r"\d+(\.\d+)?", token):
            return float(token)
        if self.next() == "(":
            return self.function(token)
        if token not in self.period.values:
            raise MathRefused(f"{token!r} in {self.text!r} is no metric")
        return self.period.values[token]

    def function(self, name: str) -> Value:
        self.demand("(")
        first = self.next()
        given = [self.expression()]
        while self.take(",") is not None:
            given.append(self.expression())
        self.demand(")")
        match name.upper(), given:
            case "IF", [condition, then, otherwise]:
                return None if condition is None else then if condition != 0 else otherwise
            case "FILL", [value, filler]:
                return filler if value is None and first in self.period.known else value
        raise MathRefused(f"{name} with {len(given)} values in {self.text!r} is not emulated")


def evaluate(expression: str, period: Period) -> Value:
    """The value of an expression in one period. Raises MathRefused for what it does not know."""
    return Reader(expression, period).whole()
