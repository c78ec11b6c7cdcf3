"""The process that runs Python stages: it stays, and forks for each task, so that each begins with fresh modules."""

from __future__ import annotations

import json
import mmap
import os
import select
import signal
import socket
import sys
from typing import Any, Dict, Iterator, Mapping, Optional, Tuple

from ._run import answer


class Channel:
    """The engine's end: JSON, a line a message, on the socket that Node hands its children."""

    def __init__(self) -> None:
        os.environ.pop("NODE_CHANNEL_SERIALIZATION_MODE", None)
        self.socket = socket.socket(fileno=int(os.environ.pop("NODE_CHANNEL_FD")))
        self.socket.setblocking(True)
        self.socket.set_inheritable(False)
        self.held = b""

    def send(self, message: Mapping[str, Any]) -> None:
        try:
            self.socket.sendall(json.dumps(message, allow_nan=False).encode() + b"\n")
        except OSError:
            # The engine is gone, and nobody will take the outputs.
            os._exit(0)

    def messages(self) -> Iterator[Dict[str, Any]]:
        """Until the engine goes away."""
        while True:
            while b"\n" in self.held:
                line, _, self.held = self.held.partition(b"\n")
                yield json.loads(line)
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return
            if not data:
                return
            self.held += data


def main() -> None:
    """Serves until the engine closes the channel."""
    channel = Channel()
    # Ctrl-C reaches the engine, which decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wake, woken = _pipe()
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    running: Dict[str, Optional[int]] = {"child": None}

    def stop(*_: object) -> None:
        # The signal reaches the task's process too, which is given its time.
        if running["child"] is None:
            os._exit(143)

    signal.signal(signal.SIGTERM, stop)
    answered = mmap.mmap(-1, 1)
    for message in channel.messages():
        answered[0] = 0
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            _child(message, channel, answered)
        running["child"] = child
        status = _ended(child, channel, wake)
        running["child"] = None
        if answered[0] == 0:
            _follow(status)
        for stream in (1, 2):
            os.write(stream, f"\0end {message['key']}\0".encode())


def _pipe() -> Tuple[int, int]:
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    return wake, woken


def _ended(child: int, channel: Channel, wake: int) -> int:
    """How the task's process ended; when the engine goes away, all of it goes."""
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid == child:
            return status
        ready, _, _ = select.select([channel.socket.fileno(), wake], [], [])
        if wake in ready:
            try:
                os.read(wake, 4096)
            except BlockingIOError:
                pass
        if channel.socket.fileno() in ready and not channel.socket.recv(1, socket.MSG_PEEK):
            os.killpg(0, signal.SIGKILL)


def _follow(status: int) -> None:
    """A task's process that ended without an answer takes this one along, so that the engine sees how."""
    sys.stdout.flush()
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            signal.signal(number, signal.SIG_DFL)
        except (OSError, ValueError, ImportError):
            pass
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


def _child(message: Mapping[str, Any], channel: Channel, answered: mmap.mmap) -> None:
    status = 1
    try:
        said = answer(message, channel.send)
        if isinstance(said, int):
            status = said
        else:
            channel.send({"type": "answer", "number": message["number"], "answer": said})
            answered[0], status = 1, 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                pass
        os._exit(status)
