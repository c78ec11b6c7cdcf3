"""A page with one list for each length."""

import json
import sys

page, *lists = sys.argv[1:]
with open(page, "w", encoding="utf-8") as out:
    print("# Frequent words", file=out)
    for path in lists:
        with open(path, encoding="utf-8") as file:
            counts = json.load(file)
        print(file=out)
        for word, count in counts:
            print(f"- {count} {word}", file=out)
