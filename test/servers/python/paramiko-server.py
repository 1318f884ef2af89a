# paramiko-server.py PORT ROOT HOST_KEY: an SFTP server that lets every key in, has no extension at all, and refuses to rename onto what exists.
import os
import socket
import sys
import threading

import paramiko

port, root, host_key = int(sys.argv[1]), sys.argv[2], paramiko.Ed25519Key(filename=sys.argv[3])


class Door(paramiko.ServerInterface):
    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username):
        return 'publickey'

    def check_channel_request(self, kind, channel):
        return paramiko.OPEN_SUCCEEDED


class File(paramiko.SFTPHandle):
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def chattr(self, attributes):
        return paramiko.SFTP_OK


def answered(work):
    try:
        result = work()
        return paramiko.SFTP_OK if result is None else result
    except OSError as error:
        return paramiko.SFTPServer.convert_errno(error.errno)


class Folder(paramiko.SFTPServerInterface):
    def real(self, path):
        return root + self.canonicalize(path)

    def list_folder(self, path):
        def entries():
            real = self.real(path)
            return [paramiko.SFTPAttributes.from_stat(os.lstat(os.path.join(real, name)), name) for name in os.listdir(real)]

        return answered(entries)

    def stat(self, path):
        return answered(lambda: paramiko.SFTPAttributes.from_stat(os.stat(self.real(path))))

    def lstat(self, path):
        return answered(lambda: paramiko.SFTPAttributes.from_stat(os.lstat(self.real(path))))

    def open(self, path, flags, attributes):
        def opened():
            file = os.fdopen(os.open(self.real(path), flags, 0o640), 'wb' if flags & os.O_WRONLY else 'rb')
            handle = File(flags)
            handle.readfile = handle.writefile = file
            return handle

        return answered(opened)

    def remove(self, path):
        return answered(lambda: os.remove(self.real(path)))

    def rename(self, old, new):
        if os.path.lexists(self.real(new)):
            return paramiko.SFTP_FAILURE
        return answered(lambda: os.rename(self.real(old), self.real(new)))

    def mkdir(self, path, attributes):
        return answered(lambda: os.mkdir(self.real(path), 0o750))

    def rmdir(self, path):
        return answered(lambda: os.rmdir(self.real(path)))


def serve(connection):
    transport = paramiko.Transport(connection)
    transport.add_server_key(host_key)
    transport.set_subsystem_handler('sftp', paramiko.SFTPServer, Folder)
    transport.start_server(server=Door())
    while transport.is_active():
        channel = transport.accept(1)
        if channel is not None:
            kept.append(channel)


kept = []
listener = socket.create_server(('127.0.0.1', port))
print('ready', listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
