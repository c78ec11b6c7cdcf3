"""Counts the words of a text that have at least so many letters."""

import json
import re
from collections import Counter
from dataclasses import dataclass

from pipewright import Task, stage


@dataclass
class Params:
    top: int


@stage(params=Params, inputs=["text"], outputs=["counts"])
def count(task: Task[Params]) -> None:
    words = re.findall(r"[^\W\d_]+", task.inputs.text.read_text().lower())
    found = Counter(word for word in words if len(word) >= task.axes["length"])
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    task.outputs.counts.write_text(json.dumps(ordered[: task.params.top]), encoding="utf-8")
