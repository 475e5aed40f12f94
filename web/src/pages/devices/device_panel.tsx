/**
 * One device, beside the list (over it, on a phone): what it is, every point of it alive, and the history of one.
 *
 * It opens by the address (`?device=CODE`), so it can be linked to. It takes the focus when it opens and gives it back to
 * the device's row when it closes; Escape closes it. The list beside it stays in use.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { placeName } from "../../devices/ordering";
import { kindName, named, words } from "../../i18n";
import type { DeviceEntry } from "../../registry/site_model";
import { useSite } from "../../session/context";
import { go, route, routeHref } from "../../shell/router";
import { Icon } from "../../ui/icon";
import { StateMark } from "../../ui/state_mark";
import { machineHref } from "../../work_orders/addresses";
import { DevicePoints } from "./device_points";
import "./device_panel.css";

export function DevicePanel() {
  const { view } = useSite();
  const code = route.value.query.get("device");
  if (code === null) return null;
  return <Panel key={code} code={code} entry={view.model.device.get(code)} />;
}

function Panel({ code, entry }: { readonly code: string; readonly entry: DeviceEntry | undefined }) {
  const title = useRef<HTMLHeadingElement>(null);
  const text = words.value.device;
  useEffect(() => { title.current?.focus({ preventScroll: true }); }, []);
  return (
    <aside
      class="panel"
      aria-labelledby="panel-title"
      onKeyDown={(event) => {
        if (event.key === "Escape") closePanel(code);
      }}
    >
      <header class="panel-head">
        <h2 id="panel-title" class="panel-title" ref={title} tabIndex={-1}>{entry === undefined ? code : named(entry.device)}</h2>
        <button type="button" class="button button-plain button-icon" aria-label={text.close} title={text.close} onClick={() => { closePanel(code); }}>
          <Icon name="close" />
        </button>
      </header>
      {entry === undefined ? (
        <p class="panel-missing">{text.unknown(code)} {text.unknownAdvice}</p>
      ) : (
        <>
          <DeviceFacts entry={entry} />
          <DevicePoints entry={entry} />
        </>
      )}
    </aside>
  );
}

function DeviceFacts({ entry }: { readonly entry: DeviceEntry }) {
  const { view } = useSite();
  const { device } = entry;
  const unit = view.model.org_units.get(device.org_unit ?? "");
  const text = words.value.device;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [text.code, device.code],
    [words.value.devices.columns.kind, kindName(device.kind)],
    [text.place, placeName(entry) || null],
    [text.unit, unit === undefined ? device.org_unit : named(unit)],
    [text.equipment, device.equipment === null ? null : <a class="link" href={machineHref(device.site, device.equipment)}>{device.equipment}</a>],
    [text.gateway, device.gateway],
  ];
  return (
    <dl class="panel-facts">
      <div>
        <dt>{words.value.devices.columns.state}</dt>
        <dd><StateMark state={view.census.value.statuses.get(device.code)?.state ?? "missing"} /></dd>
      </div>
      {facts.filter(([, value]) => value !== null).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function closePanel(code: string): void {
  const { path, query } = route.peek();
  const address = new URLSearchParams(query);
  address.delete("device");
  address.delete("point");
  go(routeHref(path, address));
  const links = document.querySelectorAll<HTMLAnchorElement>(".device-row .list-link");
  [...links].find((link) => new URLSearchParams(link.hash.split("?")[1]).get("device") === code)?.focus({ preventScroll: true });
}
