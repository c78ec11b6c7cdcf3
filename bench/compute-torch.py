"""The PyTorch side of bench/compute.ts: reads one request a line, answers each with seconds per call.

On a GPU, batches are copied to it in each call, as ours are.
"""

import json
import resource
import sys
import time
import warnings

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, into, out, stride, inplace):
        super().__init__()
        self.conv1 = nn.Conv2d(into, out, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(out)
        # Modules of their own, which Captum hooks.
        self.relu1 = nn.ReLU(inplace)
        self.relu2 = nn.ReLU(inplace)
        self.shortcut = nn.Identity()
        if stride != 1 or into != out:
            self.shortcut = nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = self.relu1(self.norm1(self.conv1(x)))
        return self.relu2(self.norm2(self.conv2(y)) + self.shortcut(x))


def network(family, depth, width, inplace=True):
    groups, blocks = (3, (depth - 2) // 6) if family == "resnet-cifar" else (4, 2)
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace)]
    into = width
    for group in range(groups):
        for block in range(blocks):
            out = width * 2**group
            layers.append(Block(into, out, 2 if group > 0 and block == 0 else 1, inplace))
            into = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(into, 10))


def device_for(request):
    """The device that stands against ours: PyTorch has no WebGPU. None where there is none."""
    if request["device"] == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else None


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()
    if device == "mps":
        torch.mps.synchronize()


def prepare(request):
    torch.manual_seed(0)
    torch.set_num_threads(request["threads"])
    channels_last = torch.channels_last
    device = device_for(request)
    model = network(request["family"], request["depth"], request["width"])
    model = model.to(device, memory_format=channels_last)
    x = torch.randn(request["batch"], 3, 32, 32).contiguous(memory_format=channels_last)
    labels = torch.randint(0, 10, (request["batch"],))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

    def trained(mixed):
        scaler = torch.amp.GradScaler(device, enabled=mixed)

        def train():
            model.train()
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast(device, torch.float16, enabled=mixed):
                loss = F.cross_entropy(model(x.to(device)), labels.to(device))
            scaler.scale(loss).backward()
            scaler.step(optimiser)
            scaler.update()
            loss.item()

        return train

    def evaluated(mixed):
        def evaluate():
            model.eval()
            with torch.inference_mode(), torch.autocast(device, torch.float16, enabled=mixed):
                model(x.to(device)).cpu().numpy()

        return evaluate

    return {
        "train": trained(False),
        "train mixed": trained(True),
        "evaluate": evaluated(False),
        "evaluate mixed": evaluated(True),
        "explain": explanations(request, device),
        "wait": lambda: wait(device),
    }


def explanations(request, device):
    """The study's seven methods by Captum, 32 images at once; None where there is no Captum."""
    try:
        from captum.attr import Deconvolution, GuidedBackprop, GuidedGradCam, LayerGradCam, NoiseTunnel, Saliency
    except ImportError:
        return None
    net = network(request["family"], request["depth"], request["width"], inplace=False)
    net = net.to(device, memory_format=torch.channels_last).eval()
    last = [module for module in net if isinstance(module, Block)][-1]
    x = torch.randn(IMAGES, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    target = (torch.arange(IMAGES) % 10).to(device)
    opposite = nn.Sequential(net, Negative())
    methods = [
        Saliency(net).attribute,
        Deconvolution(net).attribute,
        GuidedBackprop(net).attribute,
        GuidedBackprop(opposite).attribute,
        LayerGradCam(net, last).attribute,
        GuidedGradCam(net, last).attribute,
        lambda x, target: NoiseTunnel(Saliency(net)).attribute(
            x, target=target, nt_type="smoothgrad", nt_samples=25, nt_samples_batch_size=1, stdevs=0.15, abs=False
        ),
    ]

    def explain():
        for method in methods:
            method(x.to(device, copy=True).requires_grad_(), target=target).cpu()

    return explain


class Negative(nn.Module):
    def forward(self, x):
        return -x


IMAGES = 32


warnings.simplefilter("ignore")
if len(sys.argv) > 1:
    step = prepare(json.loads(sys.argv[1]))["train"]
    for _ in range(5):
        step()
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
    sys.exit()

calls = {}
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "family" in request:
        able = device_for(request) is not None
        calls = prepare(request) if able else {}
        print(json.dumps({"able": able}), flush=True)
        continue
    if calls[request["call"]] is None:
        print(json.dumps({"seconds": None}), flush=True)
        continue
    seconds = []
    for _ in range(request["count"]):
        start = time.perf_counter()
        calls[request["call"]]()
        calls["wait"]()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds}), flush=True)
