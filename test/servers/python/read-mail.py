# read-mail.py FILE...: what Python's email package reads in each mail, and what it finds wrong with it, as one JSON array.
import json
import sys
from email import message_from_binary_file, policy


def read(path):
    with open(path, 'rb') as file:
        raw = file.read()
        file.seek(0)
        mail = message_from_binary_file(file, policy=policy.default)
    headers = {name.lower(): value for name, value in mail.items()}
    faults = [fault for part in mail.walk() for fault in part.defects]
    faults += [fault for value in headers.values() for fault in value.defects]
    return {
        'defects': [repr(fault) for fault in faults],
        'longest': max(len(line) for line in raw.splitlines()),
        'ascii': raw.isascii(),
        'headers': {name: str(value) for name, value in headers.items()},
        'text': mail.get_body(('plain',)).get_content(),
        'attachments': {part.get_filename(): part.get_content() for part in mail.iter_attachments()},
    }


print(json.dumps([read(path) for path in sys.argv[1:]]))
