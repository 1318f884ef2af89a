# asyncssh-server.py PORT ROOT HOST_KEY [failing]: an SFTP server that lets every key in, rooted in a folder. With `failing` statvfs,
# fsync and the setting of attributes are announced and fail.
import asyncio
import sys

import asyncssh

port, root, host_key, failing = int(sys.argv[1]), sys.argv[2], sys.argv[3], 'failing' in sys.argv[4:]


class Door(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return True


class Folder(asyncssh.SFTPServer):
    def __init__(self, channel):
        super().__init__(channel, chroot=root.encode())


class FailingFolder(Folder):
    def statvfs(self, path):
        raise asyncssh.SFTPPermissionDenied('Operation not permitted')

    def fsync(self, file):
        raise asyncssh.SFTPFailure('Function not implemented')

    def fsetstat(self, file, attributes):
        raise asyncssh.SFTPOpUnsupported('no')

    def setstat(self, path, attributes, **more):
        raise asyncssh.SFTPOpUnsupported('no')


async def main():
    server = await asyncssh.create_server(
        Door,
        '127.0.0.1',
        port,
        server_host_keys=[host_key],
        sftp_factory=FailingFolder if failing else Folder,
    )
    print('ready', server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
