# smtp-server.py PORT FOLDER HABIT: a mail server on aiosmtpd that puts each mail whose end has come into FOLDER/N.eml, its envelope
# into FOLDER/N.json, both before it answers. FOLDER has smtp-key.pem and smtp-certificate.pem.
# HABIT: plain; login (TLS and a login first, no 8BITMIME, QUIT never answered); defers-one (451 for bad@…, twice);
# refuses-one (550 for bad@…); slow (the end of a mail is answered once FOLDER/answer exists).
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

port, folder, habit = int(sys.argv[1]), sys.argv[2], sys.argv[3]
PASSWORD = 'säcret'.encode()


class Handler:
    deferred = 0
    mails = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [line for line in responses if habit != 'login' or '8BITMIME' not in line]

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('bad@') and habit == 'refuses-one':
            return '550 5.1.1 no such user'
        if address.startswith('bad@') and habit == 'defers-one' and self.deferred < 2:
            self.deferred += 1
            return '451 4.7.1 Greylisted, try again in 300 seconds'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        self.mails += 1
        path = os.path.join(folder, str(self.mails))
        with open(path + '.eml', 'wb') as mail:
            mail.write(envelope.content)
        told = {
            'ehlo': session.host_name,
            'from': envelope.mail_from,
            'to': envelope.rcpt_tos,
            'options': envelope.mail_options,
            'tls': session.ssl is not None,
        }
        with open(path + '.part', 'w') as note:
            json.dump(told, note)
        os.rename(path + '.part', path + '.json')
        while habit == 'slow' and not os.path.exists(os.path.join(folder, 'answer')):
            await asyncio.sleep(0.02)
        return '250 OK queued'

    async def handle_QUIT(self, server, session, envelope):
        if habit == 'login':
            await asyncio.Event().wait()
        return '221 bye'


def authenticator(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b'me' and data.password == PASSWORD, handled=False)


def protocol():
    options = {}
    if habit == 'login':
        options = dict(require_starttls=True, auth_required=True, authenticator=authenticator)
    return SMTP(handler, tls_context=context, enable_SMTPUTF8=False, **options)


async def main():
    server = await asyncio.get_running_loop().create_server(protocol, '127.0.0.1', port)
    print('ready', server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


handler = Handler()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.path.join(folder, 'smtp-certificate.pem'), os.path.join(folder, 'smtp-key.pem'))
asyncio.run(main())
