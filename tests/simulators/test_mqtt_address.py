import pytest

from simulators.broker_address import BadBrokerUrlError, BrokerAddress


def test_a_plain_url_is_enough() -> None:
    assert BrokerAddress.parse("mqtt://broker") == BrokerAddress("broker", 1883)
    assert BrokerAddress.parse("mqtts://broker/") == BrokerAddress("broker", 8883, tls=True)
    assert BrokerAddress.parse("mqtt://[::1]:1884") == BrokerAddress("::1", 1884)


def test_user_and_password_are_percent_decoded_and_never_printed() -> None:
    address = BrokerAddress.parse("mqtt://line%201:a%3Ab%40c@broker")
    assert (address.user, address.password) == ("line 1", "a:b@c")
    assert "a:b@c" not in repr(address)
    assert str(address) == "mqtt://broker:1883"


def test_the_environment_s_password_takes_the_place_of_the_written_one() -> None:
    assert BrokerAddress.parse("mqtt://u:written@broker", password="secret").password == "secret"


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("broker:1883", "write mqtt://"),
        ("http://broker", "write mqtt://"),
        ("mqtt://:1883", "names no host"),
        ("mqtt://broker:70000", "1 to 65535"),
        ("mqtt://broker/ioe", "end it there"),
        ("mqtts://broker?verify=no", "unknown option 'verify'"),
        ("mqtt://broker?ca_file=x", "write mqtts://"),
        ("mqtts://broker?cert_file=x", "name both"),
    ],
)
def test_what_cannot_be_honoured_is_refused_with_its_mend(url: str, mend: str) -> None:
    with pytest.raises(BadBrokerUrlError, match=mend):
        BrokerAddress.parse(url)
