"""Reads a stream as twarc does: lines of a body in gzip, json in, __twarc added, json out. Standard library only."""
import gzip, json, sys, urllib.request
from datetime import datetime, timezone

url, path = sys.argv[1], sys.argv[2]
request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip", "Authorization": "Bearer x"})
with urllib.request.urlopen(request) as answer, open(path, "a") as out:
    for line in gzip.GzipFile(fileobj=answer):
        line = line.strip()
        if not line:
            continue
        tweet = json.loads(line.decode())
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        tweet["__twarc"] = {"url": url, "version": "2.14.1", "retrieved_at": now}
        out.write(json.dumps(tweet) + "\n")
