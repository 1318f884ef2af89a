"""Merge both servers' rows by ID, server 1's first: model-merge.py SERVER_1.csv SERVER_2.csv FOLDER"""

import csv
import sys

COLUMNS = (
    "id conversation_id author_id created_at retrieved_at source lang text reference_type referenced_tweet_id "
    "author.created_at author.location author.name author.username author.verified author.protected "
    "author.public_metrics.followers_count author.public_metrics.following_count "
    "author.public_metrics.tweet_count author.public_metrics.listed_count referenced_tweets servers"
).split()
AUTHOR_ID, LANG, AUTHOR = 2, 6, slice(10, 20)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if header:
            writer.writerow(header)
        writer.writerows(rows)


def main(first, second, folder):
    tweets = {}
    for row in read(first):
        tweets.setdefault(row[0], row + ["1"])
    for row in read(second):
        known = tweets.setdefault(row[0], row + ["2"])
        if known[-1] == "1":
            known[-1] = "12"
    merged = sorted(tweets.values(), key=lambda row: int(row[0]))
    users = {}
    for row in merged:
        if any(row[AUTHOR]) or row[AUTHOR_ID] not in users:
            users[row[AUTHOR_ID]] = [row[AUTHOR_ID], row[LANG], *row[AUTHOR]]
    write(f"{folder}/IDs.txt", None, ([row[0]] for row in merged))
    write(f"{folder}/tweets.csv", COLUMNS, merged)
    header = ["author_id", "lang", *COLUMNS[AUTHOR]]
    write(f"{folder}/users.csv", header, sorted(users.values(), key=lambda row: int(row[0])))


main(*sys.argv[1:])
