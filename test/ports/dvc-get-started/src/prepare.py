"""Splits the posts into those to train with and those to test with: prepare.py PARAMS DATA OUT"""
import os
import random
import re
import sys
import xml.etree.ElementTree as ElementTree

from common import parameters, write_rows

params = parameters(sys.argv[1], "prepare")
random.seed(params["seed"])
tables = {"train": [], "test": []}
for row in ElementTree.parse(sys.argv[2]).getroot():
    label = 1 if "<python>" in row.get("Tags", "") else 0
    title = re.sub(r"\s+", " ", row.get("Title", ""))
    body = re.sub(r"<[^>]*>|\s+", " ", row.get("Body", ""))
    table = tables["train" if random.random() > params["split"] else "test"]
    table.append([row.get("Id"), label, f"{title} {body}".strip()])
os.makedirs(sys.argv[3], exist_ok=True)
for name, table in tables.items():
    write_rows(os.path.join(sys.argv[3], f"{name}.tsv"), table)
