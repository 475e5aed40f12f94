/** The ten alarms that come most, and the floods of the period. */
import { alarmHref } from "../../alarms/addresses";
import { addressText } from "../../alarms/naming";
import type { AlarmFigures, Flood } from "../../api/types";
import { formatCount, formatShare } from "../../format/number";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";

export function TopTable({ figures }: { readonly figures: AlarmFigures }) {
  const { view } = useSite();
  const text = words.value.alarmPages.figures;
  return (
    <section class="box" aria-labelledby="figures-top">
      <h2 id="figures-top">{text.top}</h2>
      {figures.top.length === 0 ? <p class="faint">{text.empty}</p> : (
        <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby="figures-top">
          <table class="energy-table" aria-labelledby="figures-top">
            <thead>
              <tr>
                <th scope="col">{text.topColumns.alarm}</th>
                <th scope="col" class="energy-number">{text.topColumns.alarms}</th>
                <th scope="col" class="energy-number">{text.topColumns.share}</th>
              </tr>
            </thead>
            <tbody>
              {figures.top.map(({ alarm, alarms, percent }) => (
                <tr key={alarm}>
                  <th scope="row" class="occurrence-name"><a class="link" href={alarmHref(alarm)} title={alarm}>{addressText(alarm, view.model)}</a></th>
                  <td class="energy-number">{formatCount(alarms, locale.value)}</td>
                  <td class="energy-number">{formatShare(percent / 100, locale.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

export function FloodsTable({ floods }: { readonly floods: readonly Flood[] }) {
  const { view } = useSite();
  const text = words.value.alarmPages.figures;
  const time = (at: string): string => formatTime(Date.parse(at), "moment", view.model.site.time_zone, locale.value);
  return (
    <section class="box" aria-labelledby="figures-floods">
      <h2 id="figures-floods">{text.floods}</h2>
      {floods.length === 0 ? <p class="faint">{text.noFloods}</p> : (
        <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby="figures-floods">
          <table class="energy-table" aria-labelledby="figures-floods">
            <thead>
              <tr>
                <th scope="col">{text.floodColumns.started}</th>
                <th scope="col">{text.floodColumns.ended}</th>
                <th scope="col" class="energy-number">{text.floodColumns.alarms}</th>
                <th scope="col" class="energy-number">{text.floodColumns.peak}</th>
              </tr>
            </thead>
            <tbody>
              {floods.map((flood) => (
                <tr key={flood.started_at}>
                  <td>{time(flood.started_at)}</td>
                  <td>{flood.ended_at === null ? <b>{text.floodOn}</b> : time(flood.ended_at)}</td>
                  <td class="energy-number">{formatCount(flood.alarms, locale.value)}</td>
                  <td class="energy-number">{formatCount(flood.peak_in_ten_minutes, locale.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
