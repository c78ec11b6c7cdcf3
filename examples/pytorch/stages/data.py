"""Two moons: points of two classes that no line parts."""

import numpy as np
from pipewright import Task, stage


@stage(outputs=["points"])
def data(task: Task) -> None:
    wanted = task.params["data"]
    random = np.random.default_rng(wanted["seed"])
    angle = random.uniform(0, np.pi, wanted["points"])
    label = random.integers(0, 2, wanted["points"])
    x = np.where(label == 0, np.cos(angle), 1 - np.cos(angle))
    y = np.where(label == 0, np.sin(angle), 0.5 - np.sin(angle))
    noise = random.normal(0, wanted["noise"], (2, wanted["points"]))
    rows = np.column_stack([x + noise[0], y + noise[1], label])
    np.savetxt(task.outputs.points, rows, fmt=["%.6f", "%.6f", "%d"], delimiter=",", header="x,y,label", comments="")
