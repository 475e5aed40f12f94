"""A folder that is written reads back as the same site: the law of export, without a database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.registry.model import Registry, Site
from services.site_folder.read import read_folder
from services.site_folder.write import FolderNotEmptyError, write_folder
from tests.registry.strategies import registries, site_of

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)


@given(registries)
def test_a_written_folder_reads_back_as_the_same_site(site: Registry) -> None:
    with TemporaryDirectory() as folder:
        write_folder(site, Path(folder))
        checked = read_folder(Path(folder))
    assert [str(mistake) for mistake in checked.mistakes] == []
    assert checked.registry == site


@given(TEXTS, TEXTS)
def test_any_name_survives_toml_and_csv(name: str, name_zh: str) -> None:
    site = site_of(1, 4)
    devices = {code: replace(device, name=name, name_zh=name_zh) for code, device in site.devices.items()}
    site = replace(site, site=replace(site.site, name=name, name_zh=name_zh), devices=devices)
    with TemporaryDirectory() as folder:
        write_folder(site, Path(folder))
        assert read_folder(Path(folder)).registry == site


def test_what_the_template_says_is_not_repeated(tmp_path: Path) -> None:
    good = read_folder(Path(__file__).parent / "golden" / "good" / "folder").registry
    assert good is not None
    write_folder(good, tmp_path)
    assert (tmp_path / "points.csv").read_text("utf-8").splitlines() == [
        "device,key,name,name_zh,quantity,unit,kind,minimum,maximum,expected_interval_s,states",
        "gw-1,door,Door,,state,1,state,,,60,closed=0; open=1",
        "m-1,active_power_kw,,,,,,none,2000,,",
        "m-1,voltage_v,Voltage,,voltage,V,gauge,0,500,5,",
    ]
    compressor = (tmp_path / "templates" / "compressor.toml").read_text("utf-8")
    assert 'unit = "degF"\nkind = "gauge"\nminimum = 32\nmaximum = 250\n' in compressor
    assert 'formerly = ["outlet_temperature"]' in compressor


def test_a_folder_with_files_is_not_overwritten(tmp_path: Path) -> None:
    site = Registry(Site("s", "Site", None, "UTC", None, None))
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(FolderNotEmptyError, match="is not empty"):
        write_folder(site, tmp_path)


def test_force_replaces_the_site_folder_and_nothing_else(tmp_path: Path) -> None:
    write_folder(site_of(7, 4), tmp_path)
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    (tmp_path / "templates" / "gone.toml").write_text("code = 'gone'", "utf-8")
    bare = Registry(Site("s", "Site", None, "UTC", None, None))
    write_folder(bare, tmp_path, force=True)
    assert read_folder(tmp_path).registry == bare
    assert (tmp_path / "notes.txt").read_text("utf-8") == "mine"
