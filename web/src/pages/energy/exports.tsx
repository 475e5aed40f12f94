/** The very question as a file, made by the service: not what was rounded for the screen. */
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";

export function Exports({ what, csv, xlsx }: { readonly what: string; readonly csv: string; readonly xlsx: string }) {
  const text = words.value.energy;
  return (
    <p class="energy-exports">
      {([["csv", csv], ["xlsx", xlsx]] as const).map(([form, address]) => (
        <a key={form} class="button" href={address} download aria-label={text.exportAs(what, text[form])} title={text.exportAs(what, text[form])}>
          <Icon name="download" />
          {text[form]}
        </a>
      ))}
    </p>
  );
}
