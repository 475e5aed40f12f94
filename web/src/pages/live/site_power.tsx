/** The one figure of the page: what the site draws now, legible from three metres, and how it came there. */
import { extentOf } from "../../charts/scale";
import { Trend } from "../../charts/trend";
import { formatTime } from "../../format/time";
import { formatValue } from "../../format/number";
import { words } from "../../i18n";
import { SITE_PATH } from "../../power/board";
import { TREND_SPAN_MS } from "../../power/trend";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { PowerDoubt, PowerValue } from "./power_value";

export function SitePower() {
  const { view } = useSite();
  const text = words.value.power;
  const figure = view.power.figures.value.get(SITE_PATH);
  return (
    <section class="site-power" aria-labelledby="site-power-title">
      <h2 id="site-power-title" class="site-power-title">{text.title}</h2>
      <p class="site-power-figure"><PowerValue figure={figure} /></p>
      <p class="faint">{figure === undefined ? text.noMeters : <PowerDoubt figure={figure} fine={text.meters(figure.meters)} />}</p>
      <SiteCourse />
    </section>
  );
}

function SiteCourse() {
  const { view } = useSite();
  const text = words.value.power;
  const course = view.power.courses.value.get(SITE_PATH) ?? [];
  const last = course.at(-1);
  const extent = extentOf(course.map(({ value }) => value));
  if (last === undefined || extent === null) return <div class="site-power-course" />;
  const from_ms = last.time_ms - TREND_SPAN_MS;
  const zone = view.model.site.time_zone;
  const kw = (value: number): string => `${formatValue(value, "kW", locale.value)} kW`;
  return (
    <div class="site-power-course">
      <div class="site-power-plot">
        <Trend course={course} from_ms={from_ms} to_ms={last.time_ms} />
      </div>
      <p class="site-power-scale">
        <span>{text.trend} · {formatTime(from_ms, "minute", zone, locale.value)}–{formatTime(last.time_ms, "minute", zone, locale.value)}</span>
        <span>{text.lowest} {kw(extent.low)} · {text.highest} {kw(extent.high)}</span>
      </p>
    </div>
  );
}
