"""The site folder that fits a load, so that its messages find their points.

    python -m simulators.load_site FOLDER --site load --devices 100 --values 5 [--time-zone UTC]
    ioe site apply FOLDER

One template with as many points as a message has values, one device for each of the load's. It writes into a folder
that is new or empty, never over somebody's site.
"""

import sys
from pathlib import Path

import click

from simulators.load_content import device_code, value_key

DEVICE_COLUMNS = "code,name,name_zh,template,space,org_unit,equipment,gateway,future_limit_s"


def site_files(site: str, devices: int, values: int, time_zone: str) -> dict[str, str]:
    """The folder's files by their path in it."""
    points = [
        f'[[point]]\nkey = "{value_key(value)}"\nname = "Value {value}"\nname_zh = "数值{value}"\n'
        'quantity = "active_power"\nunit = "kW"\nkind = "gauge"\nexpected_interval_s = 60\n'
        for value in range(values)
    ]
    template = 'code = "load_meter"\nname = "Load meter"\nname_zh = "负载电表"\nkind = "power_meter"\n'
    rows = [f"{device_code(number)},Load meter {number},负载电表{number},load_meter,,,,," for number in range(devices)]
    return {
        "site.toml": f'code = "{site}"\nname = "Load"\nname_zh = "负载"\ntime_zone = "{time_zone}"\n'
        "latitude = 0.0\nlongitude = 0.0\n",
        "templates/load_meter.toml": "\n".join([template, *points]),
        "devices.csv": "\n".join([DEVICE_COLUMNS, *rows, ""]),
    }


def write_site(folder: Path, files: dict[str, str]) -> None:
    """Write the files into a new or empty folder."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder")
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")


@click.command(context_settings={"show_default": True, "help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--site", default="load")
@click.option("--devices", default=100, type=click.IntRange(1, 100_000))
@click.option("--values", default=5, type=click.IntRange(1, 1000))
@click.option("--time-zone", default="UTC")
def main(folder: Path, site: str, devices: int, values: int, time_zone: str) -> None:
    """Write the site folder that fits `python -m simulators.load` with the same numbers."""
    try:
        write_site(folder, site_files(site, devices, values, time_zone))
    except FileExistsError as error:
        sys.exit(str(error))
    print(f"{folder}: site {site}, {devices} devices of {values} points. Next: ioe site apply {folder}")


if __name__ == "__main__":
    main()
