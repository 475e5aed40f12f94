"""Where the broker is and who we are there, written as one URL.

    mqtt://user:password@host:port                      port 1883 when absent
    mqtts://host?ca_file=ca.pem                         TLS, port 8883 when absent; without ca_file the system's CAs
    mqtts://host?ca_file=ca.pem&cert_file=c&key_file=k  the device proves itself with a certificate of its own

User and password are percent-encoded where they hold `@`, `:` or `/`. It refuses parts it does not know rather than
connecting with less protection than was asked for, and it never prints the password.
"""

import ssl
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}
_FILES = {"ca_file", "cert_file", "key_file"}


class BadBrokerUrlError(ValueError):
    """The URL cannot be used; the message says which part, and what would be accepted."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker as a device's configuration names it."""

    host: str
    port: int
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None

    @classmethod
    def parse(cls, url: str, password: str | None = None) -> Self:
        """Read a URL; `password`, where given, takes the place of the one in it (it comes from the environment)."""
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS:
            raise BadBrokerUrlError(f"broker URL starts with {parts.scheme + '://'!r}: write mqtt:// or mqtts:// (TLS)")
        if not parts.hostname:
            raise BadBrokerUrlError("broker URL names no host: write mqtt://host:port")
        if parts.path not in {"", "/"} or parts.fragment:
            raise BadBrokerUrlError(f"broker URL goes on after the port with {parts.path!r}: end it there")
        try:
            port = parts.port or _DEFAULT_PORTS[parts.scheme]
        except ValueError as error:
            raise BadBrokerUrlError("broker URL has a port that is no number from 1 to 65535") from error
        files = dict(parse_qsl(parts.query))
        if unknown := sorted(files.keys() - _FILES):
            raise BadBrokerUrlError(
                f"broker URL has an unknown option {unknown[0]!r}: known are {', '.join(sorted(_FILES))}"
            )
        if files and parts.scheme == "mqtt":
            raise BadBrokerUrlError("certificates need TLS: write mqtts://")
        if ("cert_file" in files) != ("key_file" in files):
            raise BadBrokerUrlError("cert_file and key_file belong together: name both")
        written = parts.password and unquote(parts.password)
        return cls(
            host=parts.hostname,
            port=port,
            tls=parts.scheme == "mqtts",
            user=unquote(parts.username) if parts.username else None,
            password=password if password is not None else written,
            **files,
        )

    def tls_context(self) -> ssl.SSLContext | None:
        """The checks of an mqtts:// address; None for mqtt://."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.cert_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"
