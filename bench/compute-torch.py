"""The PyTorch side of bench/compute.ts: reads one request a line, answers each with seconds per call.

On a GPU, batches are copied to it in each call, as ours are. Seconds are the clock's, or with "processor" in the request
those of this process on the processors.
"""

import contextlib
import importlib.util
import io
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
    net = network(request["family"], request["depth"], request["width"], inplace=False)
    last = [module for module in net if isinstance(module, Block)][-1]
    return explaining(net, last, 10, IMAGES, 32, device)


def explaining(net, last, classes, images, size, device):
    try:
        from captum.attr import Deconvolution, GuidedBackprop, GuidedGradCam, LayerGradCam, NoiseTunnel, Saliency
    except ImportError:
        return None
    net = net.to(device, memory_format=torch.channels_last).eval()
    x = torch.randn(images, 3, size, size).contiguous(memory_format=torch.channels_last)
    target = (torch.arange(images) % classes).to(device)
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


# Of a net of torchvision: the last layer of its convolutional part.
LAST = {"resnet18": "layer4", "mobilenet_v2": "features"}


def prepare_torchvision(request):
    """Its calls; none where there is no torchvision, or nothing to export it with."""
    try:
        from torchvision import models
    except ImportError:
        return {}
    torch.manual_seed(0)
    torch.set_num_threads(request["threads"])
    name, size, images = request["torchvision"], request["size"], request["images"]
    net = getattr(models, name)()
    for module in net.modules():
        # Captum hooks them, which what is done in place does not stand.
        if hasattr(module, "inplace"):
            module.inplace = False
    if not export(net, size, request["export"]):
        return {}
    explain = explaining(net, net.get_submodule(LAST[name]), 1000, images, size, "cpu")
    x = torch.randn(images, 3, size, size).contiguous(memory_format=torch.channels_last)

    def evaluate():
        with torch.inference_mode():
            net(x).numpy()

    return {"explain": explain, "evaluate": evaluate, "wait": lambda: None}


def export(net, size, path):
    """As docs/own-checkpoints.md says. False where there is no onnx."""
    if importlib.util.find_spec("onnx") is None:
        return False
    net.eval()
    with contextlib.redirect_stdout(io.StringIO()):
        torch.onnx.export(
            net,
            (torch.randn(1, 3, size, size),),
            path,
            dynamo=False,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
            input_names=["x"],
            output_names=["logits"],
            dynamic_axes={"x": {0: "batch"}, "logits": {0: "batch"}},
        )
    return True


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
    if "torchvision" in request:
        calls = prepare_torchvision(request)
        print(json.dumps({"able": calls != {}}), flush=True)
        continue
    if "call" not in request:
        able = device_for(request) is not None
        calls = prepare(request) if able else {}
        exported = able and export(network(request["family"], request["depth"], request["width"]), 32, request["export"])
        print(json.dumps({"able": able, "exported": exported}), flush=True)
        continue
    if calls[request["call"]] is None:
        print(json.dumps({"seconds": None}), flush=True)
        continue
    seconds = []
    clock = time.process_time if request["processor"] else time.perf_counter
    for _ in range(request["count"]):
        start = clock()
        calls[request["call"]]()
        calls["wait"]()
        seconds.append(clock() - start)
    print(json.dumps({"seconds": seconds}), flush=True)
