"""Words and what stands beside them."""
import re


def words(text):
    """In lower case."""
    return re.findall(r"[a-z+#]+", text.lower())


def ngrams(text, most):
    """All runs of up to so many words."""
    found = words(text)
    return [" ".join(found[at : at + size]) for size in range(1, most + 1) for at in range(len(found) - size + 1)]
