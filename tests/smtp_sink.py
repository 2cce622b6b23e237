"""A mail server that keeps what it is given, for tests."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default


class _Session(socketserver.StreamRequestHandler):
    """One SMTP conversation: enough of RFC 5321 for smtplib."""

    def handle(self):
        self.say("220 sink")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.take()
            elif verb == b"RCPT" and self.server.refuses:
                self.say("550 no such user")
            elif verb == b"RCPT":
                self.server.recipients.append(line.decode().split("<")[1].split(">")[0])
                self.say("250 ok")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self):
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line[1:] if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=default)
        self.server.mails.append(message)
        self.say("250 kept")

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class SmtpSink(socketserver.ThreadingTCPServer):
    """`mails`: what arrived, as `EmailMessage`; `refuses`: take nothing."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails, self.recipients = [], []
        self.refuses = False

    @property
    def port(self):
        return self.server_address[1]


@contextmanager
def smtp_sink():
    with SmtpSink() as sink:
        thread = threading.Thread(target=sink.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield sink
        finally:
            sink.shutdown()
            thread.join()
