"""How good the model is: evaluate.py MODEL FEATURES OUT"""
import json
import os
import sys

from common import rows, write_rows
from model import Logistic

with open(sys.argv[1], encoding="utf-8") as file:
    held = json.load(file)
model = Logistic(held["weights"], held["bias"])
os.makedirs(sys.argv[3], exist_ok=True)
metrics = {}
for name in ("train", "test"):
    table = [(int(row[1]), list(map(int, row[2:]))) for row in rows(os.path.join(sys.argv[2], f"{name}.tsv"))]
    scored = sorted(((model.probability(features), label) for label, features in table), reverse=True)
    positives, found, precisions, curve = sum(label for _, label in scored), 0, [], []
    for rank, (score, label) in enumerate(scored, 1):
        found += label
        curve.append([f"{found / rank:.6f}", f"{found / positives:.6f}", f"{score:.6f}"])
        if label:
            precisions.append(found / rank)
    metrics[name] = {"average_precision": round(sum(precisions) / positives, 6)}
    write_rows(os.path.join(sys.argv[3], f"precision-recall-{name}.tsv"), [["precision", "recall", "score"], *curve])
with open(os.path.join(sys.argv[3], "metrics.json"), "w", encoding="utf-8") as file:
    json.dump(metrics, file, indent=2)
