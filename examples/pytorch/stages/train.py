"""A small net, trained up to an epoch from where the segment before left off."""

import json
from dataclasses import dataclass

import numpy as np
import torch
from pipewright import BadInput, Task, load_random_state, save_random_state, seed_all, stage
from torch import nn


@dataclass
class Train:
    rate: float
    momentum: float
    width: int
    dropout: float
    batch: int


@dataclass
class Params:
    train: Train


def net(width: int, dropout: float) -> nn.Module:
    return nn.Sequential(
        nn.Linear(2, width), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(width, width), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(width, 2),
    )  # fmt: skip


def points(file):
    """Coordinates `[count, 2]` and labels `[count]`."""
    lines = file.read_text().splitlines()[1:]
    rows = np.array([line.split(",") for line in lines], dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise BadInput(f"{file.name} has no rows of x, y and a label")
    if not np.isin(rows[:, 2], [0, 1]).all():
        raise BadInput(f"{file.name} has a label that is neither 0 nor 1")
    return torch.tensor(rows[:, :2], dtype=torch.float32), torch.tensor(rows[:, 2]).long()


@stage(
    params=Params,
    inputs={"points": "one", "before": "optional", "state": "optional"},
    outputs=["checkpoint", "random", "scores"],
)
def train(task: Task[Params]) -> None:
    torch.set_num_threads(task.threads)
    torch.use_deterministic_algorithms(True)
    given = task.params.train
    x, label = points(task.inputs.points)
    seed_all("train", task.axes["seed"])
    model = net(given.width, given.dropout)
    optimiser = torch.optim.SGD(model.parameters(), lr=given.rate, momentum=given.momentum)
    if task.inputs.before is not None:
        before = torch.load(task.inputs.before.path, weights_only=True)
        model.load_state_dict(before["model"])
        optimiser.load_state_dict(before["optimiser"])
        load_random_state(task.inputs.state)
    first, last = task.previous or 0, task.axes["epoch"]
    for epoch in range(first, last):
        model.train()
        # The order by NumPy's random numbers, dropout by PyTorch's: both are carried.
        order = torch.from_numpy(np.random.permutation(len(x)))
        losses = []
        for batch in order.split(given.batch):
            loss = nn.functional.cross_entropy(model(x[batch]), label[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        task.progress(epoch + 1 - first, last - first, "epochs", loss=sum(losses) / len(losses), epoch=epoch + 1)
    model.eval()
    with torch.no_grad():
        accuracy = (model(x).argmax(1) == label).float().mean().item()
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict()}, task.outputs.checkpoint)
    save_random_state(task.outputs.random)
    task.outputs.scores.write_text(json.dumps({"accuracy": accuracy, "loss": sum(losses) / len(losses)}) + "\n")
