"""One question of the engine, answered in a process of its own."""

from __future__ import annotations

import atexit
import inspect
import os
import signal
import sys
import threading
import traceback
from typing import Any, Callable, Dict, List, Mapping, Optional, Union

from ._check import check_stage
from ._declare import Stage
from ._errors import BadInput, Cancelled
from ._load import LoadFailure, Sources, load_stage
from ._paths import OWN
from ._reads import ReadWatch
from ._task import InputFile, Task
from ._typed import Mismatch, typed

Answer = Dict[str, Any]


def answer(message: Mapping[str, Any], send: Callable[[Mapping[str, Any]], None]) -> Union[Answer, int]:
    """What is said to the engine; a number is the status of a process that says nothing."""
    request = message["request"]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, _cancel)
    try:
        said = _check(request) if message["type"] == "check" else _task(request, send)
    except SystemExit as error:
        if isinstance(error.code, int) and error.code != 0:
            return error.code
        if error.code not in (None, 0):
            said = {"type": "threw", "message": str(error.code), "stack": ""}
        elif message["type"] == "check":
            said = {"type": "threw", "message": "it ends the process when it is loaded", "stack": ""}
        else:
            said = _done([])
    except Cancelled:
        return 143
    except BadInput as error:
        said = {"type": "bad-input", "message": str(error)}
    except LoadFailure as error:
        said = {"type": "threw", "message": str(error), "stack": error.stack}
    except BaseException as error:
        said = _threw(error)
    # As when any program ends: threads are waited for, and what was to be done at exit is done.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    return said


def _cancel(*_: object) -> None:
    # A second time it is not caught.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Cancelled


def _check(request: Mapping[str, Any]) -> Answer:
    stage = load_stage(request["bundle"], os.getcwd(), Sources(request["python"]))
    return {"type": "checked", "result": check_stage(stage, request)}


def _task(request: Mapping[str, Any], send: Callable[[Mapping[str, Any]], None]) -> Answer:
    project = os.getcwd()
    sources = Sources(request["python"])
    watch = ReadWatch()
    stage = load_stage(request["bundle"], project, sources)
    task = _stage_task(stage, request, send)
    with watch:
        result = stage.run(task)
        if inspect.iscoroutine(result):
            import asyncio

            asyncio.run(result)
    return _done(watch.undeclared(request, project, sources.paths))


def _done(undeclared: List[str]) -> Answer:
    return {"type": "done", "undeclared": undeclared}


def _stage_task(
    stage: Stage[Any], request: Mapping[str, Any], send: Callable[[Mapping[str, Any]], None]
) -> Task[Any]:
    task = request["task"]
    try:
        params, axes = typed(request["params"], stage.params), typed(request["point"], stage.axes)
    except Mismatch as error:
        raise BadInput(str(error)) from error
    files = {
        name: [InputFile(file["path"], file["name"], file["point"]) for file in request["inputs"].get(name, [])]
        for name in stage.inputs
    }
    return Task(
        params,
        {name: held if stage.inputs[name] == "many" else _single(name, held) for name, held in files.items()},
        request["outputs"],
        axes=axes,
        previous=request["previous"],
        threads=request["threads"],
        memory=request["memory"],
        devices=request["devices"],
        name=task,
        # Not the fingerprint: it would make outputs differ where the work's result does not.
        provenance={"stage": task.split("@")[0], "task": task, "parameters": request["parameters"]},
        send=send,
    )


def _single(name: str, files: List[InputFile]) -> Optional[InputFile]:
    if len(files) > 1:
        raise BadInput(f'input "{name}" is one file, and this stands for {len(files)}')
    return files[0] if files else None


def _threw(error: BaseException) -> Answer:
    """Without the frames of this package, which are of no help."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((at for at, frame in enumerate(frames) if not frame.filename.startswith(OWN)), 0)
    shown = traceback.TracebackException.from_exception(error)
    shown.stack = traceback.StackSummary.from_list(list(shown.stack)[own:])
    name = type(error).__name__
    message = f"{name}: {error}" if str(error) else name
    return {"type": "threw", "message": message, "stack": "".join(shown.format()).rstrip()}
