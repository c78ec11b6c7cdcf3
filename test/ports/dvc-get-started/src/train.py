"""A logistic model by stochastic gradients: train.py PARAMS FEATURES MODEL"""
import json
import os
import random
import sys

from common import parameters, rows
from model import Logistic

params = parameters(sys.argv[1], "train")
random.seed(params["seed"])
table = [(int(row[1]), list(map(int, row[2:]))) for row in rows(os.path.join(sys.argv[2], "train.tsv"))]
model = Logistic([0.0] * len(table[0][1]), 0.0)
for _ in range(params["rounds"]):
    label, features = random.choice(table)
    model.step(features, label, params["rate"])
with open(sys.argv[3], "w", encoding="utf-8") as file:
    json.dump({"weights": model.weights, "bias": model.bias}, file)
