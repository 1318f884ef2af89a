# asyncssh-server.py PORT ROOT HOST_KEY: an SFTP server that lets every key in, rooted in a folder.
import asyncio
import sys

import asyncssh

port, root, host_key = int(sys.argv[1]), sys.argv[2], sys.argv[3]


class Door(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return True


async def main():
    server = await asyncssh.create_server(
        Door,
        '127.0.0.1',
        port,
        server_host_keys=[host_key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=root.encode()),
    )
    print('ready', server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
