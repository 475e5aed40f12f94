/** One of a few: buttons side by side, of which one is pressed. For more than five choices use a <select>. */
import "./choice.css";

export interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly chosen: Value;
  readonly choose: (value: Value) => void;
}

export function Choice<Value extends string>({ label, options, chosen, choose }: ChoiceProps<Value>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(({ value, text }) => (
        <button key={value} type="button" class="button" aria-pressed={value === chosen} onClick={() => { choose(value); }}>
          {text}
        </button>
      ))}
    </div>
  );
}
