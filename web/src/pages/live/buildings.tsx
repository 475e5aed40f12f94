/**
 * The site's power by building: figure, share, the last ten minutes, and the places inside. What the incomer measures
 * beyond all buildings (losses, unmetered loads; own generation with the opposite sign) is shown as what it is.
 */
import { Trend } from "../../charts/trend";
import { formatShare } from "../../format/number";
import { named, words } from "../../i18n";
import { SITE_PATH } from "../../power/board";
import { share, type PowerFigure } from "../../power/sum";
import { TREND_SPAN_MS } from "../../power/trend";
import type { Place } from "../../registry/site_model";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Figure } from "../../ui/figure";
import { ShareBar } from "../../ui/share_bar";
import { PowerDoubt, PowerValue } from "./power_value";

/** A building's box grows with the places in it up to this many, and scrolls beyond. */
const MOST_ROWS = 8;

export function Buildings() {
  const { view } = useSite();
  const measured = view.model.top.filter((place) => place.power_points.length > 0);
  return (
    <section class="buildings" aria-labelledby="buildings-title">
      <h2 id="buildings-title" class="unseen">{words.value.power.byBuilding}</h2>
      {measured.map((place) => <Building key={place.space.path} place={place} />)}
      <Rest places={measured} />
    </section>
  );
}

function Building({ place }: { readonly place: Place }) {
  const { view } = useSite();
  const text = words.value.power;
  const figures = view.power.figures.value;
  const figure = figures.get(place.space.path);
  const whole_kw = figures.get(SITE_PATH)?.power_kw ?? null;
  const part = share(figure?.power_kw ?? null, whole_kw);
  const inside = place.below.filter((floor) => floor.power_points.length > 0);
  return (
    <article class="building" aria-label={named(place.space)} data-rows={Math.min(inside.length, MOST_ROWS)}>
      <div class="building-head">
        <h3 class="building-title">{named(place.space)}</h3>
        <p class="building-figure"><PowerValue figure={figure} /></p>
        <BuildingCourse path={place.space.path} />
      </div>
      <div class="building-share">
        <ShareBar share={part} />
        {figure === undefined ? null : <PowerDoubt figure={figure} fine={text.share(formatShare(part, locale.value))} />}
      </div>
      {inside.length === 0 ? null : (
        <ul class="building-floors">
          {inside.map((floor) => <Floor key={floor.space.path} place={floor} whole_kw={figure?.power_kw ?? null} />)}
        </ul>
      )}
    </article>
  );
}

function Floor({ place, whole_kw }: { readonly place: Place; readonly whole_kw: number | null }) {
  const figure = useSite().view.power.figures.value.get(place.space.path);
  return (
    <li class="building-floor">
      <span class="building-floor-name">{named(place.space)}</span>
      <PowerValue figure={figure} />
      <ShareBar share={share(figure?.power_kw ?? null, whole_kw)} />
    </li>
  );
}

function BuildingCourse({ path }: { readonly path: string }) {
  const course = useSite().view.power.courses.value.get(path) ?? [];
  const last = course.at(-1);
  return (
    <div class="building-course">
      {last === undefined ? null : <Trend course={course} from_ms={last.time_ms - TREND_SPAN_MS} to_ms={last.time_ms} />}
    </div>
  );
}

function Rest({ places }: { readonly places: readonly Place[] }) {
  const { view } = useSite();
  const text = words.value.power;
  const figures = view.power.figures.value;
  const rest_kw = restPower(figures.get(SITE_PATH), places.map(({ space }) => figures.get(space.path)));
  if (rest_kw === null || places.length === 0) return null;
  return (
    <article class="building" aria-label={text.rest} data-rows={0}>
      <div class="building-head">
        <h3 class="building-title">{text.rest}</h3>
        <p class="building-figure"><Figure value={rest_kw} unit="kW" quality="fresh" /></p>
      </div>
      <p class="building-share">{text.restHint}</p>
    </article>
  );
}

/** Known only while every figure in it is whole and of now: a difference of an old and a new figure means nothing. */
function restPower(site: PowerFigure | undefined, parts: readonly (PowerFigure | undefined)[]): number | null {
  let rest_kw = 0;
  for (const [sign, figure] of [[1, site] as const, ...parts.map((part) => [-1, part] as const)]) {
    if (figure === undefined || figure.power_kw === null || figure.stale > 0) return null;
    rest_kw += sign * figure.power_kw;
  }
  return rest_kw;
}
