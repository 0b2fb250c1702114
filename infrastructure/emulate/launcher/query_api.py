"""Calls of ministack's own query-protocol actions from inside, with ordinary values instead of form fields."""

import re
from typing import Any, Callable, Mapping

Answer = tuple[int, dict[str, str], bytes]
Action = Callable[[dict[str, str]], Answer]


def flatten(value: Any, prefix: str = "") -> dict[str, str]:
    """Nested values as the numbered form fields of the query protocol."""
    if isinstance(value, Mapping):
        pairs = [(f"{prefix}.{key}" if prefix else str(key), item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        pairs = [(f"{prefix}.{at}", item) for at, item in enumerate(value, 1)]
    elif isinstance(value, bool):
        return {prefix: str(value).lower()}
    else:
        return {prefix: str(value)}
    return {name: text for key, item in pairs for name, text in flatten(item, key).items()}


def call(action: Action, **fields: Any) -> str:
    """Runs an action and gives its answer's text; a refusal is raised, as a stack needs it."""
    status, _headers, body = action(flatten(fields))
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        raise ValueError(text)
    return text


def element(xml: str, name: str) -> str:
    """The text of the first element of that name."""
    found = re.search(f"<{name}>([^<]*)</{name}>", xml)
    if found is None:
        raise ValueError(f"no <{name}> in {xml}")
    return found.group(1)
