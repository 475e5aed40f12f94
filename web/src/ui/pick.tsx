/** One of many, in the browser's own list: a phone shows it as large as its owner wants. */
export interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly choose: (value: string) => void;
  /** What stands for "no choice"; without it one has to be chosen. */
  readonly any?: string;
}

export function Pick({ label, value, options, choose, any }: PickProps) {
  const unknown = value !== "" && !options.some((option) => option.value === value);
  return (
    <select class="field" aria-label={label} value={value} onChange={(event) => { choose(event.currentTarget.value); }}>
      {any === undefined ? null : <option value="">{any}</option>}
      {unknown ? <option value={value}>{value}</option> : null}
      {options.map((option) => <option key={option.value} value={option.value}>{option.text}</option>)}
    </select>
  );
}
