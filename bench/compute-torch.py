"""The PyTorch side of bench/compute.ts: reads one request a line, answers each with seconds per call."""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, into, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(into, out, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Identity()
        if stride != 1 or into != out:
            self.shortcut = nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x), inplace=True)


def network(family, depth, width):
    groups, blocks = (3, (depth - 2) // 6) if family == "resnet-cifar" else (4, 2)
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    into = width
    for group in range(groups):
        for block in range(blocks):
            out = width * 2**group
            layers.append(Block(into, out, 2 if group > 0 and block == 0 else 1))
            into = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(into, 10))


def prepare(request):
    torch.manual_seed(0)
    torch.set_num_threads(request["threads"])
    channels_last = torch.channels_last
    model = network(request["family"], request["depth"], request["width"]).to(memory_format=channels_last)
    x = torch.randn(request["batch"], 3, 32, 32).contiguous(memory_format=channels_last)
    labels = torch.randint(0, 10, (request["batch"],))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def train():
        model.train()
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), labels)
        loss.backward()
        optimiser.step()
        loss.item()

    def evaluate():
        model.eval()
        with torch.inference_mode():
            model(x).numpy()

    return {"train": train, "evaluate": evaluate}


calls = {}
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "family" in request:
        calls = prepare(request)
        print(json.dumps({}), flush=True)
        continue
    seconds = []
    for _ in range(request["count"]):
        start = time.perf_counter()
        calls[request["call"]]()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds}), flush=True)
