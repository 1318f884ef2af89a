"""Turns OSF's fixed address to a simulator; nothing else of a client that uses requests is changed."""
import os


def _turn(address):
    import requests

    prepare_url = requests.models.PreparedRequest.prepare_url

    def turned(self, url, params):
        prepare_url(self, str(url).replace("https://api.osf.io", address, 1), params)

    requests.models.PreparedRequest.prepare_url = turned


if os.environ.get("OSF_ADDRESS"):
    _turn(os.environ["OSF_ADDRESS"])
