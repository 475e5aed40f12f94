"""The forms of names in requests, as patterns and in words: a refused name is answered in words."""

from collections.abc import Mapping
from types import MappingProxyType

CODE = r"^[a-z0-9][a-z0-9_-]{0,62}$"
PATH = r"^[a-z0-9][a-z0-9_-]{0,62}(/[a-z0-9][a-z0-9_-]{0,62}){0,15}$"
DEVICE = r"^[a-z0-9][a-z0-9_-]{0,62}/[a-z0-9][a-z0-9_-]{0,62}$"
POINT = r"^[a-z0-9][a-z0-9_-]{0,62}(/[a-z0-9][a-z0-9_-]{0,62}){2}$"
CONTRACT = r"^[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_-]*$"
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
BILL = (
    r"^[a-z0-9][a-z0-9_-]{0,62}/[a-z0-9][a-z0-9_-]{0,62}/[0-9]{4}-(0[1-9]|1[0-2])/(meter|space|org_unit)"
    r"(/[a-z0-9][a-z0-9_-]{0,62}){1,16}/[0-9]{1,4}(\.(pdf|xlsx))?$"
)
INVOICE_NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
# As a point's name, written otherwise: the words below are found by the pattern.
ALARM = r"^[a-z0-9][a-z0-9_-]{0,62}/[a-z0-9][a-z0-9_-]{0,62}/[a-z0-9][a-z0-9_-]{0,62}$"
EVENT_ID = r"^[0-9]{1,18}$"
LETTER = r"^[0-9a-f]{32}$"

FORMS: Mapping[str, str] = MappingProxyType(
    {
        CODE: "a code has lower-case letters, digits, `-` and `_`, as in m-101",
        PATH: "a path is codes with slashes between them, as in b1/f2, without the site",
        DEVICE: "a device is named site/device, as in kunshan/m-101",
        POINT: "a point is named site/device/key, as in kunshan/m-101/active_power_kw",
        CONTRACT: "a contract is named site/contract, as in kunshan/grid",
        MONTH: "a month is written as in 2026-04",
        BILL: "a bill is named site/contract/month/subject/number, as in kunshan/grid/2026-04/meter/main/1",
        INVOICE_NUMBER: "an invoice's number has letters, digits, `.`, `-` and `_`",
        ALARM: "an alarm is named site/rule/subject, as in kunshan/header-pressure-low/air-header",
        EVENT_ID: "an event's id is a number, as in 1042",
        LETTER: "a dead letter's id has 32 hexadecimal digits, as in the list",
    }
)
