/** Every point of a device, alive, and below the table the history of the one that is chosen. */
import type { Point } from "../../api/types";
import { formatAge } from "../../format/age";
import { named, words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { age_s, freshness } from "../../live/freshness";
import type { DeviceEntry } from "../../registry/site_model";
import { useSite } from "../../session/context";
import { go, route, routeHref } from "../../shell/router";
import { Icon } from "../../ui/icon";
import { LiveFigure } from "../../ui/live_figure";
import { PointHistory } from "./point_history";

export function DevicePoints({ entry }: { readonly entry: DeviceEntry }) {
  const text = words.value.device;
  const key = route.value.query.get("point");
  const chosen = entry.points.find((point) => point.key === key) ?? entry.power ?? entry.key_points[0] ?? entry.points[0];
  if (chosen === undefined) return <p class="panel-missing">{text.noPoints}</p>;
  return (
    <>
      <PointHistory key={chosen.id} point={chosen} />
      <table class="point-table">
        <caption class="unseen">{text.points}</caption>
        <thead>
          <tr>
            <th scope="col">{text.columns.point}</th>
            <th scope="col" class="point-table-number">{text.columns.value}</th>
            <th scope="col" class="point-table-number">{text.columns.age}</th>
          </tr>
        </thead>
        <tbody>
          {entry.points.map((point) => <PointRow key={point.id} point={point} chosen={point === chosen} />)}
        </tbody>
      </table>
    </>
  );
}

function PointRow({ point, chosen }: { readonly point: Point; readonly chosen: boolean }) {
  const { session } = useSite();
  const choose = (): void => {
    const { path, query } = route.peek();
    const address = new URLSearchParams(query);
    address.set("point", point.key);
    go(routeHref(path, address), true);
  };
  return (
    <tr data-chosen={chosen} onClick={choose}>
      <td>
        <button type="button" class="point-choice" aria-pressed={chosen} title={`${point.id}\n${words.value.device.showHistory(named(point))}`}>
          {named(point)}
        </button>
      </td>
      <td class="point-table-number"><LiveFigure point={point} values={session.values} /></td>
      <td class="point-table-number"><PointAge point={point} /></td>
    </tr>
  );
}

function PointAge({ point }: { readonly point: Point }) {
  const sample = useSite().session.values.cell(point.id).value;
  const text = words.value.age;
  if (sample === undefined) return <span class="faint">{text.never}</span>;
  const stale = freshness(sample, point.expected_interval_s, now_ms.value) === "stale";
  return (
    <span class="point-age" data-stale={stale}>
      {stale ? <Icon name="stale" /> : null}
      {formatAge(age_s(sample, now_ms.value), text)}
    </span>
  );
}
