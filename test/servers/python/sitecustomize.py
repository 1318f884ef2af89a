"""Turns X's and OSF's fixed addresses to simulators; nothing else of a client that uses requests is changed."""
import os

TURNED = {
    "https://api.twitter.com": os.environ.get("X_BASE"),
    "https://api.osf.io": os.environ.get("OSF_ADDRESS"),
}


def _turn():
    import requests

    prepare_url = requests.models.PreparedRequest.prepare_url

    def turned(self, url, params):
        url = str(url)
        for fixed, address in TURNED.items():
            if address and url.startswith(fixed):
                url = address + url[len(fixed):]
        prepare_url(self, url, params)

    requests.models.PreparedRequest.prepare_url = turned


if any(TURNED.values()):
    _turn()
