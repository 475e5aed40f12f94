/** Who acts: chosen from the people that the site folder describes, and kept in this browser until people sign in. */
import { useEffect, useId } from "preact/hooks";
import { words } from "../../i18n";
import { locale } from "../../shell/preferences";
import { choosePerson, people, person } from "../../work_orders/person";
import "./you_are.css";

export function YouAre() {
  const id = useId();
  const known = people.state.value.value;
  const text = words.value.orders.you;
  useEffect(() => {
    if (people.state.peek().value === null) void people.load();
  }, []);
  const names = new Intl.Collator(locale.value, { numeric: true });
  const all = [...(known ?? [])].sort((a, b) => names.compare(a.name, b.name));
  const chosen = person.value;
  return (
    <div class="you-are">
      <label for={id}>{text.label}</label>
      <select id={id} class="field" title={text.hint} value={chosen ?? ""} onChange={(event) => { choosePerson(event.currentTarget.value || null); }}>
        <option value="">{text.nobody}</option>
        {chosen === null || all.some(({ code }) => code === chosen) ? null : <option value={chosen}>{chosen}</option>}
        {all.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
      </select>
    </div>
  );
}
