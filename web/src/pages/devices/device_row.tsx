/** One device in the list: its state, what and where it is, its power, what else matters of it, and how old that is. */
import { formatAge } from "../../format/age";
import { kindName, named, words } from "../../i18n";
import type { DeviceEntry } from "../../registry/site_model";
import { useSite } from "../../session/context";
import { go, route, routeHref } from "../../shell/router";
import { LiveFigure } from "../../ui/live_figure";
import { StateMark } from "../../ui/state_mark";

export interface DeviceRowProps {
  readonly entry: DeviceEntry;
  /** Its place in the whole list, from 0. */
  readonly index: number;
}

export function DeviceRow({ entry, index }: DeviceRowProps) {
  const { session } = useSite();
  const { device, power, key_points } = entry;
  const { path, query } = route.value;
  const address = new URLSearchParams(query);
  address.set("device", device.code);
  const href = routeHref(path, address);
  const open = query.get("device") === device.code;
  return (
    <div class="list-row list-columns device-row device-columns" role="row" aria-rowindex={index + 2} data-index={index} data-chosen={open} onClick={(event) => { openHere(event, href); }}>
      <span role="cell" data-column="state">
        <RowState entry={entry} />
      </span>
      <span role="cell" data-column="name">
        <a class="list-link" href={href} aria-current={open ? "true" : undefined}>{named(device)}</a>
        <span class="list-code">{device.code}</span>
      </span>
      <span role="cell" data-column="kind">{kindName(device.kind)}</span>
      <span role="cell" data-column="place"><RowPlace entry={entry} /></span>
      <span role="cell" data-column="power">
        {power === null ? <span class="faint">–</span> : <LiveFigure point={power} values={session.values} />}
      </span>
      <span role="cell" data-column="figures">
        {key_points.map((point) => (
          <span key={point.id} class="device-row-figure">
            <span class="label">{named(point)}</span> <LiveFigure point={point} values={session.values} />
          </span>
        ))}
      </span>
      <span role="cell" data-column="age">
        <RowAge entry={entry} />
      </span>
    </div>
  );
}

/** The whole row opens its device; with a modifier key the link does what links do (a new tab). */
function openHere(event: MouseEvent, href: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(href);
}

function RowState({ entry }: { readonly entry: DeviceEntry }) {
  const status = useSite().view.census.value.statuses.get(entry.device.code);
  return <StateMark state={status?.state ?? "missing"} />;
}

function RowPlace({ entry }: { readonly entry: DeviceEntry }) {
  const { place } = entry;
  if (place === null) return <>–</>;
  return (
    <>
      {named(place.space)}
      {place.building === null ? null : <span class="list-code">{named(place.building.space)}</span>}
    </>
  );
}

function RowAge({ entry }: { readonly entry: DeviceEntry }) {
  const status = useSite().view.census.value.statuses.get(entry.device.code);
  const text = words.value;
  if (status === undefined || status.age_s === null) return <>{text.age.never}</>;
  return (
    <>
      {text.age.ago(formatAge(status.age_s, text.age))}
      {status.state === "partly" ? <span class="device-row-partly">{text.state.stalePoints(status.stale_points, entry.points.length)}</span> : null}
    </>
  );
}
