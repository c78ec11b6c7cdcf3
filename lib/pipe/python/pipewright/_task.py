"""What a stage's function is given."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any, Callable, Generic, Iterator, Mapping, Optional, Sequence, TypeVar, Union

P = TypeVar("P")
Scalar = Union[str, int, float, bool]
Send = Callable[[Mapping[str, Any]], None]


class InputFile:
    """One input file: `path` of bytes that do not change, `name` for messages, `point` on the gathered axes."""

    def __init__(self, path: str, name: str = "", point: Optional[Mapping[str, Scalar]] = None) -> None:
        self.path = Path(path)
        self.name = name or path
        self.point: Mapping[str, Scalar] = dict(point or {})

    def __fspath__(self) -> str:
        """The path, so that `open(task.inputs.words)` and libraries take the input itself."""
        return str(self.path)

    def __repr__(self) -> str:
        return f"InputFile({self.name!r})"

    def read_text(self) -> str:
        """All of it, as UTF-8."""
        return self.path.read_text(encoding="utf-8")

    def read_bytes(self) -> bytes:
        """All of it."""
        return self.path.read_bytes()

    def read_json(self) -> Any:
        """What the JSON in it says."""
        return json.loads(self.read_bytes())

    def table(self) -> Any:
        """The Arrow file as a `pyarrow.Table`."""
        from . import _arrow

        return _arrow.read_table(self)

    def tensor(self, column: Optional[str] = None) -> Any:
        """A tensor column of the Arrow file (its only one, unless named) as a NumPy array `[rows, …]`."""
        from . import _arrow

        return _arrow.read_tensor(self, column)


class Inputs(Mapping[str, Any]):
    """By name, as items or attributes: an `InputFile` (`one`), that or None (`optional`), a list (`many`)."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _named(self._values, name, "input")


class Outputs(Mapping[str, Path]):
    """Where each output is to be written, by name, as items or attributes."""

    def __init__(self, paths: Mapping[str, Union[str, Path]]) -> None:
        self._paths = {name: Path(path) for name, path in paths.items()}

    def __getitem__(self, name: str) -> Path:
        return self._paths[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __getattr__(self, name: str) -> Path:
        if name.startswith("_"):
            raise AttributeError(name)
        path: Path = _named(self._paths, name, "output")
        return path


def _named(values: Mapping[str, Any], name: str, kind: str) -> Any:
    try:
        return values[name]
    except KeyError:
        there = ", ".join(repr(key) for key in values) or "none"
        raise AttributeError(f"the stage has no {kind} {name!r}; it has {there}") from None


def _aloud(message: Mapping[str, Any]) -> None:
    """Where no engine listens, as in a test of the stage: on standard error."""
    print(json.dumps(dict(message)), file=sys.stderr)


class Task(Generic[P]):
    """One task of a stage: what it may read, where it writes, and whom it tells how it goes."""

    def __init__(
        self,
        params: P,
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Union[str, Path]],
        *,
        axes: Any = None,
        previous: Optional[Scalar] = None,
        threads: int = 1,
        memory: Optional[int] = None,
        devices: Sequence[str] = (),
        name: str = "",
        provenance: Optional[Mapping[str, str]] = None,
        send: Send = _aloud,
    ) -> None:
        self.params = params
        """The declared parameters, as the stage's `params` types them."""
        self.axes: Any = {} if axes is None else axes
        """The task's value on each axis."""
        self.previous = previous
        """The scan axis's value before this one; None in a first segment."""
        self.inputs = Inputs(inputs)
        """The input files."""
        self.outputs = Outputs(outputs)
        """Where to write."""
        self.threads = threads
        """CPU threads this task may use; `OMP_NUM_THREADS` and its kin say the same."""
        self.memory = memory
        """Bytes of memory that its `resources` declare, which it is counted with; None where they declare none."""
        self.devices = tuple(devices)
        """GPUs that this task holds: what `CUDA_VISIBLE_DEVICES` says, under which CUDA counts them from 0."""
        self.name = name
        """`train@seed=1`."""
        self.provenance: Mapping[str, str] = dict(provenance or {})
        """Stage, task and parameters, for the metadata of files (same task, same text)."""
        self._send = send

    def progress(self, done: float, total: float, unit: str = "steps", note: str = "", **numbers: float) -> None:
        """How far it is: `progress(3, 10, 'epochs', loss=0.41)`; the unit in the plural, numbers as fields."""
        message = {"type": "progress", "done": done, "total": total, "unit": unit, "note": note}
        # Of what is no number (nan, inf) JSON knows nothing.
        held = {key: float(value) if math.isfinite(value) else None for key, value in numbers.items()}
        self._send({**message, "numbers": held} if held else message)

    def log(self, message: object) -> None:
        """A line for the task's log, as `print` gives."""
        print(message, flush=True)

    def warn(self, message: object) -> None:
        """A line that the user sees at once: something is odd, and the task goes on."""
        self._send({"type": "warning", "message": str(message)})

    def write_arrow(self, output: str, columns: Mapping[str, Any], dimensions: Optional[Mapping[str, Any]] = None) -> None:
        """Writes columns (lists, or NumPy arrays `[rows, …]` as tensors) as an Arrow file with this task's provenance."""
        from . import _arrow

        _arrow.write(self.outputs[output], columns, dimensions or {}, self.provenance)
