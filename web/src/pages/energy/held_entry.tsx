/**
 * One held increment: how much, of which meter, between which reads; and the decision about it.
 *
 *   waiting --accept, reject--> asked for a reason --confirm--> decided --undo--> waiting
 *                                      \--cancel, Escape--> waiting
 */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { asProblem } from "../../api/problem";
import { decide, entryKey, type LedgerEntry } from "../../energy/held";
import { localDate } from "../../energy/period";
import { formatValue } from "../../format/number";
import { formatTime } from "../../format/time";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import type { Decision, Decisions } from "./held_energy";
import { ReasonForm } from "./reason_form";

export interface HeldEntryProps {
  readonly entry: LedgerEntry;
  readonly decided: Decisions;
  /** Asks for what is held anew: what was undone is held again. */
  readonly reload: () => void;
}

export function HeldEntry({ entry, decided, reload }: HeldEntryProps) {
  const { view } = useSite();
  const text = words.value.energy.held;
  const asking = useSignal<Decision["verdict"] | null>(null);
  const buttons = useRef<HTMLDivElement>(null);
  const returned = useRef(false);
  const key = entryKey(entry);
  const decision = decided.value.get(key);
  const zone = view.model.site.time_zone;
  const energy = `${formatValue(entry.quarantined, entry.unit, locale.value)} ${unitSymbol(entry.unit)}`;
  const meter = (locale.value === "zh" ? entry.meter_name_zh : null) ?? entry.meter_name;
  const kinds: Readonly<Record<string, string>> = text.kinds;
  const moment = (time: string): string => formatTime(Date.parse(time), "moment", zone, locale.value);
  const sameDay = localDate(Date.parse(entry.start), zone) === localDate(Date.parse(entry.stop), zone);
  useLayoutEffect(() => {
    // The focus comes back to where the decision was begun, or to its undo.
    if (asking.value === null && returned.current) buttons.current?.querySelector("button")?.focus();
    returned.current = asking.value !== null;
  }, [asking.value, decision]);

  return (
    <li class="held-entry">
      <b class="held-energy">{energy}</b>
      <p class="held-what">
        <span>{meter}</span>
        <span class="faint">{entry.meter.split("/")[1]}</span>
      </p>
      <p class="held-when" title={entry.detail}>
        {kinds[entry.kind] ?? text.kinds.other}, {text.between(moment(entry.start), sameDay ? formatTime(Date.parse(entry.stop), "minute", zone, locale.value) : moment(entry.stop))}
        {entry.recomputing ? ` · ${text.recomputing}` : ""}
      </p>
      <div class="held-buttons" ref={buttons} data-wide={decision !== undefined || asking.value !== null}>
        {decision !== undefined ? <Decided decision={decision} decided={decided} energy={energy} reload={reload} /> : asking.value !== null ? (
          <ReasonForm
            confirm={asking.value === "accept" ? text.confirmAccept(energy) : text.confirmReject(energy)}
            cancel={() => { asking.value = null; }}
            send={async (reason) => {
              const verdict = asking.value ?? "accept";
              await decide(entry, verdict, reason);
              decided.value = new Map(decided.peek()).set(key, { entry, verdict, reason });
              asking.value = null;
            }}
          />
        ) : (
          <>
            <button type="button" class="button" aria-label={text.acceptNamed(energy, meter)} onClick={() => { asking.value = "accept"; }}>{text.accept}</button>
            <button type="button" class="button" aria-label={text.rejectNamed(energy, meter)} onClick={() => { asking.value = "reject"; }}>{text.reject}</button>
          </>
        )}
      </div>
    </li>
  );
}

interface DecidedProps extends Pick<HeldEntryProps, "decided" | "reload"> {
  readonly decision: Decision;
  readonly energy: string;
}

function Decided({ decision, decided, energy, reload }: DecidedProps) {
  const text = words.value.energy.held;
  const problem = useSignal<string | null>(null);
  const undo = async (): Promise<void> => {
    try {
      await decide(decision.entry, "undo", text.undoReason(decision.reason).slice(0, 1000));
      const rest = new Map(decided.peek());
      rest.delete(entryKey(decision.entry));
      decided.value = rest;
      reload();
    } catch (error) {
      problem.value = asProblem(error).message;
    }
  };
  return (
    <>
      <p role="status">
        {decision.verdict === "accept" ? text.accepted(energy) : text.rejected(energy)}: {decision.reason}. <span class="faint">{text.follows}</span>
      </p>
      <button type="button" class="button" onClick={() => void undo()}>{text.undo}</button>
      {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
    </>
  );
}
