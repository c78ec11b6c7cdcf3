"""How a module says what its stage takes and gives."""

from __future__ import annotations

from typing import Any, Callable, Generic, Iterable, Literal, Mapping, Optional, Sequence, TypeVar, Union

from ._task import P, Task

Kind = Literal["one", "optional", "many"]
Run = Callable[[Task[P]], Any]
T = TypeVar("T")


class Stage(Generic[P]):
    """A declared stage; called with a `Task`, it runs."""

    def __init__(
        self,
        run: Run[P],
        params: Any,
        axes: Any,
        inputs: Mapping[str, Kind],
        outputs: Sequence[str],
        toolchain: Optional[Callable[[P], Mapping[str, str]]],
    ) -> None:
        self.run = run
        self.params = params
        self.axes = axes
        self.inputs = inputs
        self.outputs = outputs
        self.toolchain = toolchain
        self.__doc__ = run.__doc__
        self.__name__ = getattr(run, "__name__", "stage")
        self.__module__ = run.__module__

    def __call__(self, task: Task[P]) -> Any:
        return self.run(task)


def stage(
    *,
    outputs: Iterable[str],
    inputs: Union[Mapping[str, Kind], Iterable[str]] = (),
    params: Optional[Callable[..., P]] = None,
    axes: Optional[Callable[..., Any]] = None,
    toolchain: Optional[Callable[[P], Mapping[str, str]]] = None,
) -> Callable[[Run[P]], Stage[P]]:
    """Declares the module's stage: names and kinds of what it reads and writes, and the types of its parameters.

    `inputs` is a list of names, or a mapping to `one`, `optional` (a scan's first segment has none) or `many`.
    `params` and `axes` are a dataclass or a TypedDict, checked before anything runs; dictionaries, unless given.
    `toolchain` names what besides code and parameters decides the bytes: a device, a driver.
    """
    if isinstance(outputs, str) or isinstance(inputs, str):
        raise TypeError("inputs and outputs are lists of names: ['model']")
    kinds: dict[str, Any] = dict(inputs) if isinstance(inputs, Mapping) else {name: "one" for name in inputs}
    for name, kind in kinds.items():
        if kind not in ("one", "optional", "many"):
            raise TypeError(f"input {name!r} is 'one', 'optional' or 'many', not {kind!r}")
    names = list(outputs)

    def declared(run: Run[P]) -> Stage[P]:
        return Stage(run, params, axes, kinds, names, toolchain)

    return declared
