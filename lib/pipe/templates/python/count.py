"""Counts the words of a text that have at least so many letters."""

import json
import re
import sys
from collections import Counter

text, length, top, counts = sys.argv[1:]
with open(text, encoding="utf-8") as file:
    words = re.findall(r"[^\W\d_]+", file.read().lower())
found = Counter(word for word in words if len(word) >= int(length))
ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
with open(counts, "w", encoding="utf-8") as file:
    json.dump(ordered[: int(top)], file)
