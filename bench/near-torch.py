"""How far Grad-CAM and saliency of a study of PyTorch's nets are from PyTorch in float64, and PyTorch's float32 from it.

python bench/near-torch.py <folder of the study that docs/pytorch-study.md makes>   (torch, captum, pyarrow, safetensors)

Of each checkpoint and method: the largest distance of a pixel, as a share of its map's largest value, of this project's
map and of PyTorch's in float32; of the map where PyTorch's is worst, what the ReLU left, as a share of what was there.
"""
import json
import re
import sys
from pathlib import Path

import pyarrow as pa
import torch
from captum.attr import LayerGradCam, Saliency
from safetensors.torch import load_file

FOLDER = Path(sys.argv[1])
sys.path.insert(0, str(FOLDER / "stages"))
from net import ResNet  # noqa: E402

torch.set_num_threads(1)


def table(path):
    return pa.ipc.open_file(path).read_all()


def last(maps):
    return maps.detach().permute(0, 2, 3, 1)


def apart(maps, wanted):
    """By image, with the worst one's place."""
    largest = wanted.abs().amax((1, 2, 3))
    shares = (maps.double() - wanted).abs().amax((1, 2, 3)) / largest.where(largest > 0, torch.ones(()).double())
    return shares.max().item(), shares.argmax().item()


def explained(net, x, y):
    cam = LayerGradCam(net, net.layer3)
    return {
        "saliency": last(Saliency(net).attribute(x.clone(), y, abs=False)),
        "grad-cam": last(cam.attribute(x.clone(), y, relu_attributions=True)),
        "before": last(cam.attribute(x.clone(), y, relu_attributions=False)),
    }


def epoch_of(path):
    return int(re.search(r"epoch=(\d+)", str(path)).group(1))


found = FOLDER.glob("artifacts/attribute/**/maps.arrow")
for path in sorted(found, key=lambda path: (str(path.parts[:-3]), epoch_of(path))):
    run = Path(*path.relative_to(FOLDER / "artifacts/attribute").parts[:-3])
    epoch = epoch_of(path)
    images = table(FOLDER / "artifacts/select" / run / "weights=trained/images.arrow")
    said = {key.decode(): value.decode() for key, value in images.schema.metadata.items()}
    mean, std = (torch.tensor(json.loads(said[key])) for key in ("mean", "std"))
    pixels = torch.tensor(images["image"].combine_chunks().to_numpy_ndarray())
    x = ((pixels / 255 - mean) / std).permute(0, 3, 1, 2).contiguous().float()
    y = torch.tensor(images["label"].to_numpy()).long()
    net = ResNet(len(json.loads(said["classes"])))
    net.load_state_dict(load_file(FOLDER / f"artifacts/train/{run}/epoch={epoch}/weights.safetensors"))
    net.eval()
    single = explained(net, x, y)
    double = explained(net.double(), x.double(), y)
    maps = table(path)
    for method in ("saliency", "grad-cam"):
        ours, _ = apart(torch.tensor(maps[method].combine_chunks().to_numpy_ndarray()), double[method])
        theirs, image = apart(single[method], double[method])
        left = double[method][image].abs().max() / double["before"][image].abs().max() if method == "grad-cam" else 1.0
        print(f"{run} epoch {epoch:3} {method:8} ours {ours:.1e} PyTorch {theirs:.1e} left {left:.1e}")
