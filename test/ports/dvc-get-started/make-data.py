"""Makes data.xml: posts with a title, a text and tags, some about one language and most about others."""
import random
import sys
from xml.sax.saxutils import quoteattr

TOPICS = {
    "python": "import def lambda list dictionary tuple generator pip decorator yield",
    "java": "class interface maven thread static extends bean servlet jvm generics",
    "c++": "template pointer header reference compiler vector overload namespace linker constructor",
}
COMMON = "how can i why does the a error function value string array loop file read write use call return".split()

random.seed(int(sys.argv[2]))
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write("<posts>\n")
    for number in range(400):
        topic = random.choice(list(TOPICS))
        words = [random.choice(COMMON if random.random() < 0.93 else TOPICS[topic].split()) for _ in range(30)]
        title, body = " ".join(words[:6]), " ".join(words[6:])
        fields = {"Id": str(number), "Title": title, "Body": f"<p>{body}</p>", "Tags": f"<{topic}><help>"}
        out.write("  <row " + " ".join(f"{key}={quoteattr(value)}" for key, value in fields.items()) + " />\n")
    out.write("</posts>\n")
