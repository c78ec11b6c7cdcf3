"""Whether a stage agrees with its declaration in `pipeline.yaml`."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ._declare import Stage
from ._typed import Mismatch, typed

Issue = Dict[str, Any]


def check_stage(stage: Stage[Any], request: Mapping[str, Any]) -> Dict[str, Any]:
    """Everything that does not agree, all at once; where nothing does not, the toolchain that the stage names."""
    params: Any = None
    issues: List[Issue] = []
    try:
        params = typed(request["params"], stage.params)
    except Mismatch as mismatch:
        issues += _placed("params", mismatch)
    issues += _point_issues(stage, request["points"])
    issues += [issue for each in request["inputs"] for issue in _input_issues(stage, each)]
    issues += _missing_inputs(stage, request["inputs"])
    issues += _output_issues(stage, request["outputs"])
    if issues:
        return {"issues": issues, "toolchain": None}
    named = {} if stage.toolchain is None else stage.toolchain(params)
    return {"issues": [], "toolchain": {str(key): str(value) for key, value in named.items()}}


def _placed(root: str, mismatch: Mismatch) -> List[Issue]:
    return [{"path": [root, *issue["path"]], "message": issue["message"]} for issue in mismatch.issues]


def _point_issues(stage: Stage[Any], points: Sequence[Mapping[str, Any]]) -> List[Issue]:
    """One issue for each value of an axis, however many points have it; its path ends in that value."""
    found: Dict[str, Issue] = {}
    for point in points:
        try:
            typed(point, stage.axes)
        except Mismatch as mismatch:
            for issue in _placed("axes", mismatch):
                axis = str(issue["path"][1]) if len(issue["path"]) > 1 else ""
                if axis not in point:
                    found[issue["message"]] = issue
                    continue
                value = _text(point[axis])
                said = f"the axis `{axis}` cannot be `{value}`: {issue['message']}"
                found[said] = {"path": ["axes", axis, value], "message": said}
    return list(found.values())


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _input_issues(stage: Stage[Any], declared: Mapping[str, Any]) -> List[Issue]:
    name = declared["name"]
    kind: Optional[str] = stage.inputs.get(name)
    path = ["inputs", name]
    if kind is None:
        return [{"path": path, "message": f"the stage has no input of this name; it has {_list(stage.inputs)}"}]
    if kind == "many":
        return []
    if declared["most"] > 1 or declared["many"]:
        return [{"path": path, "message": "the stage takes one file here, and this stands for several"}]
    if kind == "one" and declared["least"] == 0:
        return [{"path": path, "message": "the stage needs a file here"}]
    return []


def _missing_inputs(stage: Stage[Any], inputs: Sequence[Mapping[str, Any]]) -> List[Issue]:
    declared = {each["name"] for each in inputs}
    return [
        {"path": ["inputs"], "message": f'the stage needs an input "{name}"'}
        for name, kind in stage.inputs.items()
        if kind == "one" and name not in declared
    ]


def _output_issues(stage: Stage[Any], outputs: Sequence[str]) -> List[Issue]:
    unknown = [
        {"path": ["outputs", name], "message": f"the stage has no output of this name; it has {_list(stage.outputs)}"}
        for name in outputs
        if name not in stage.outputs
    ]
    missing = [
        {"path": ["outputs"], "message": f'the stage writes an output "{name}"'}
        for name in stage.outputs
        if name not in outputs
    ]
    return [*unknown, *missing]


def _list(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names) or "none"
