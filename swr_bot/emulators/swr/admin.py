"""Handlers of the routes under ``/_emulator/``: the emulator's own, unsigned, no part of SWR."""

import json
from dataclasses import asdict
from typing import cast

from .context import Call
from .faults import Fault, read_fault
from .wire import Answer, json_answer

_CENTURY = 100 * 365 * 24 * 60 * 60


def list_faults(call: Call) -> Answer:
    """GET: the faults in force; ``times`` says what is left."""
    return json_answer(200, call.emulator.faults.listing())


def replace_faults(call: Call) -> Answer:
    """PUT: these faults and no others."""
    try:
        call.emulator.faults.replace(_faults(json.loads(call.request.body)))
    except ValueError as error:
        return _bad_request(str(error))
    return list_faults(call)


def clear_faults(call: Call) -> Answer:
    """DELETE: no faults."""
    call.emulator.faults.replace(())
    return Answer(204)


def reset(call: Call) -> Answer:
    """POST: everything back to how the emulator started."""
    call.emulator.reset()
    return Answer(204)


def list_requests(call: Call) -> Answer:
    """GET: how many requests came, by route, and the latest of them, oldest first."""
    log = call.emulator.log
    recent = [asdict(seen) for seen in log.recent]
    return json_answer(200, {"total": log.total, "counters": dict(log.counters), "recent": recent})


def shift_clock(call: Call) -> Answer:
    """POST: how far the emulator's clock is ahead of the machine's; negative for behind."""
    try:
        content: object = json.loads(call.request.body)
    except ValueError as error:
        return _bad_request(f"The body is not JSON: {error}.")
    match content:
        case {"offset_seconds": int() | float() as seconds} if abs(seconds) < _CENTURY:
            call.emulator.clock.offset_seconds = float(seconds)
            return json_answer(200, {"offset_seconds": float(seconds)})
        case _:
            return _bad_request('The body should be {"offset_seconds": N}, at most a century.')


def _faults(content: object) -> list[Fault]:
    match content:
        case list():
            return [_fault(item) for item in cast("list[object]", content)]
        case _:
            raise ValueError("The body should be a JSON list of faults.")


def _fault(item: object) -> Fault:
    match item:
        case dict():
            return read_fault(cast("dict[str, object]", item))
        case _:
            raise ValueError("Each fault should be a JSON object.")


def _bad_request(sentence: str) -> Answer:
    return json_answer(400, {"error": sentence})
