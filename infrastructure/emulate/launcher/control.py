"""The control API under /_bp/, for tests and for the rehearsal: what happened, and what processes outside did.

    GET  /_bp/events?after=N&wait=S   {"events": [...]}; waits up to S ≤ 25 seconds for the first
    GET  /_bp/status                  {"pid": 1, "speed": 1, "auth": false, "added_types": [...]}
    POST /_bp/clock                   {"speed": 60}: one second is a minute for alarms
    POST /_bp/auth                    {"on": true}: check identities and policies from now on
    POST /_bp/scenario                keys of scenario.py
    POST /_bp/tasks                   {"played": true}: somebody starts a process for each task.run event
    POST /_bp/task/<arn>/running      {"host": "127.0.0.1", "port": 8080}, both optional
    POST /_bp/task/<arn>/exited       {"code": 0}
    POST /_bp/instance/<id>/lost      {"cause": "..."}: the machine ended by itself or was taken away
"""

import asyncio
import json
import os
from typing import Any, Awaitable, Callable
from urllib.parse import parse_qs, unquote

from ministack import app

from . import clock, scenario, tasks
from .auto_scaling import lose_machine
from .journal import JOURNAL
from .scope import home_scope

PREFIX = "/_bp/"
WAIT_SECONDS_MAX = 25.0
BODY_BYTES_MAX = 65_536

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

added_types: list[str] = []


def status() -> dict[str, Any]:
    return {"pid": os.getpid(), "speed": clock.speed(), "auth": app.AUTH, "added_types": added_types}


def events(query: dict[str, list[str]]) -> dict[str, Any]:
    after = int(query.get("after", ["0"])[0])
    wait = min(float(query.get("wait", ["0"])[0]), WAIT_SECONDS_MAX)
    return {"events": JOURNAL.after(after, wait)}


def change(path: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Does what a POST asks. Raises ValueError or KeyError for what it does not understand."""
    match path.split("/", 1):
        case ["clock"]:
            clock.set_speed(float(asked["speed"]))
        case ["auth"]:
            app.AUTH = bool(asked["on"])
        case ["scenario"]:
            scenario.change(asked)
        case ["tasks"]:
            tasks.set_played(bool(asked["played"]))
        case ["task", rest] if rest.endswith("/running"):
            tasks.running(rest.removesuffix("/running"), asked.get("host"), asked.get("port"))
        case ["task", rest] if rest.endswith("/exited"):
            tasks.exited(rest.removesuffix("/exited"), int(asked["code"]))
        case ["instance", rest] if rest.endswith("/lost"):
            lose_machine(rest.removesuffix("/lost"), str(asked.get("cause", "the instance ended by itself.")))
        case _:
            raise ValueError(f"there is no {PREFIX}{path}")
    return status()


async def body_of(receive: Receive) -> dict[str, Any]:
    body, more = b"", True
    while more and len(body) <= BODY_BYTES_MAX:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return json.loads(body or b"{}")


def in_home_scope(work: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    with home_scope():
        return work(*given)


async def answer(scope: Scope, receive: Receive) -> tuple[int, dict[str, Any]]:
    path = unquote(scope["path"]).removeprefix(PREFIX)
    try:
        if scope["method"] == "POST":
            asked = await body_of(receive)
            return 200, await asyncio.to_thread(in_home_scope, change, path, asked)
        if path == "events":
            return 200, await asyncio.to_thread(events, parse_qs(scope["query_string"].decode()))
        if path == "status":
            return 200, status()
        return 404, {"error": f"there is no {PREFIX}{path}"}
    except (ValueError, KeyError) as fault:
        return 400, {"error": str(fault)}


async def with_control(scope: Scope, receive: Receive, send: Send) -> None:
    """The emulator's application with the control API before it."""
    if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
        await stock_app(scope, receive, send)
        return
    code, content = await answer(scope, receive)
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})


stock_app: Callable[[Scope, Receive, Send], Awaitable[None]] = app.app


def install(types: list[str]) -> None:
    global added_types
    added_types = types
    app.app = with_control
