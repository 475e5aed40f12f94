from pathlib import Path

from click.testing import CliRunner

from services.site_folder.read import read_folder
from simulators.load_content import Content
from simulators.load_site import main


def test_the_folder_is_a_site_in_which_the_load_s_messages_find_their_points(tmp_path: Path) -> None:
    folder = tmp_path / "load"
    outcome = CliRunner().invoke(main, [str(folder), "--site", "load-x", "--devices", "3", "--values", "2"])
    assert outcome.exit_code == 0, outcome.output
    checked = read_folder(folder)
    assert not checked.mistakes
    assert checked.registry is not None
    content = Content("load-x", 3, 3, 2, 1, 0, 1000)
    assert {point.key for point in checked.registry.points.values()} == {"v000_kw", "v001_kw"}
    topics = {f"ioe/v1/load-x/{device}/telemetry".encode() for device in checked.registry.devices}
    assert {field[2:] for field in content.topic_fields()} == topics


def test_somebody_s_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text("mine")
    assert CliRunner().invoke(main, [str(tmp_path)]).exit_code == 1
    assert (tmp_path / "site.toml").read_text() == "mine"
