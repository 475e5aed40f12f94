/** Where a list is searched while one types. */
import { Icon } from "./icon";
import "./search_field.css";

export interface SearchFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly change: (text: string) => void;
}

export function SearchField({ label, hint, value, change }: SearchFieldProps) {
  return (
    <label class="search-field">
      <span class="unseen">{label}</span>
      <Icon name="search" />
      <input class="field" type="search" placeholder={hint ?? label} value={value} onInput={(event) => { change(event.currentTarget.value); }} />
    </label>
  );
}
