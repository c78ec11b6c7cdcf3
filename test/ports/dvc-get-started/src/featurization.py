"""Texts as counts of their most frequent n-grams: featurization.py PARAMS PREPARED OUT"""
import os
import sys
from collections import Counter

from common import parameters, rows, write_rows
from text import ngrams

params = parameters(sys.argv[1], "featurize")


def counted(name):
    return [(*row[:2], Counter(ngrams(row[2], params["ngrams"]))) for row in rows(os.path.join(sys.argv[2], name))]


train, test = counted("train.tsv"), counted("test.tsv")
total = sum((counts for _, _, counts in train), Counter())
names = [name for name, _ in sorted(total.items(), key=lambda item: (-item[1], item[0]))[: params["max_features"]]]
os.makedirs(sys.argv[3], exist_ok=True)
for name, table in (("train", train), ("test", test)):
    features = [[key, label, *(counts[each] for each in names)] for key, label, counts in table]
    write_rows(os.path.join(sys.argv[3], f"{name}.tsv"), features)
