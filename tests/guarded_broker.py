"""A broker with a second listener that wants TLS and a password."""

from __future__ import annotations

import base64
import hashlib
import shutil
from pathlib import Path

from deploy.embedded.broker import EmbeddedBroker

TLS = Path(__file__).parent / "tls"


class GuardedBroker(EmbeddedBroker):
    """A broker with a second listener that wants TLS and a password (user `meter`, password `s:3cr/et@`)."""

    guarded_port = 0

    def configuration(self) -> str:
        salt = b"twelve bytes"
        key = hashlib.pbkdf2_hmac("sha512", b"s:3cr/et@", salt, 101)
        passwords = self.home / "broker" / "passwords"
        passwords.write_text(f"meter:$7$101${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}\n")
        for name in ("server.pem", "server.key", "ca.pem"):
            shutil.copy(TLS / name, self.home / "broker" / name)
        for file in (self.home / "broker").iterdir():
            if self.account:
                shutil.chown(file, self.account.uid, self.account.gid)
        folder = self.home / "broker"
        return "\n".join(
            [
                "per_listener_settings true",
                super().configuration(),
                f"listener {self.guarded_port} 127.0.0.1",
                "allow_anonymous false",
                f"password_file {passwords}",
                f"certfile {folder / 'server.pem'}",
                f"keyfile {folder / 'server.key'}",
                "",
            ]
        )
