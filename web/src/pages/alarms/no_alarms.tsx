/** An empty list: good news only where the rules are being evaluated and the page is live; else it says that it is not known. */
import { isFiltered, DEFAULT_QUERY, type AlarmQuery } from "../../alarms/list_query";
import { isOpen, type Alarm } from "../../alarms/model";
import { formatTime } from "../../format/time";
import { watchOf } from "../../health/alarm_watch";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Note } from "../../ui/note";

export interface NoAlarmsProps {
  readonly alarms: readonly Alarm[];
  readonly query: AlarmQuery;
  readonly change: (query: AlarmQuery) => void;
}

export function NoAlarms({ alarms, query, change }: NoAlarmsProps) {
  const { session, view } = useSite();
  const text = words.value.alarms;
  const quiet = alarms.filter((alarm) => !isOpen(alarm)).length;
  if (isFiltered(query) || (query.group !== "open" && query.group !== "all")) {
    return (
      <div class="list-none">
        <p>{text.none.match}</p>
        <button type="button" class="button" onClick={() => { change({ ...DEFAULT_QUERY, sort: query.sort, descending: query.descending }); }}>{text.filters.clear}</button>
      </div>
    );
  }
  const live = session.connection.state.value.kind === "live";
  const well = watchOf(session.health.report.value, live, "alarms") === "running";
  const at_ms = session.heard_ms.value ?? session.alarms.book.value.at_ms ?? 0;
  return (
    <Note title={well ? text.none.well : text.none.unsure}>
      {well ? <p>{text.none.wellText(formatTime(at_ms, "minute", view.model.site.time_zone, locale.value))}</p> : null}
      {quiet === 0 ? null : (
        <>
          <p>{text.none.hidden(quiet)}</p>
          <button type="button" class="button" onClick={() => { change({ ...query, group: "all" }); }}>{text.none.showAll}</button>
        </>
      )}
    </Note>
  );
}
