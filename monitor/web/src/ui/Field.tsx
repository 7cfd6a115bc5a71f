// SPDX-License-Identifier: GPL-3.0-or-later
// Inputs with their label, hint and error:
//   <TextField label={t("name")} value={v} onInput={setV} error={bad} />
//   <SelectField label={t("role")} value={r} onChange={setR} options={[["viewer", "Viewer"]]} />
//   <Check label={t("dry")} checked={c} onChange={setC} />
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Common { label: string; hint?: string | undefined; error?: string | undefined; required?: boolean }
function Frame(p: Common & { id: string; children: ComponentChildren }): JSX.Element {
  return <div class={"field" + (p.error ? " bad" : "")}><label for={p.id}>{p.label}</label>{p.children}
    {p.hint && <p id={p.id + "h"} class="hint">{p.hint}</p>}
    {p.error && <p id={p.id + "e"} class="error" role="alert">{p.error}</p>}</div>;
}
const describedBy = (id: string, p: Common): string | undefined =>
  [p.hint ? id + "h" : "", p.error ? id + "e" : ""].filter(Boolean).join(" ") || undefined;

export interface TextProps extends Common {
  value: string; onInput: (v: string) => void; type?: "text" | "password" | "search" | "datetime-local" | "number";
  rows?: number; autofocus?: boolean; autocomplete?: string; max?: number; placeholder?: string; name?: string;
}
export function TextField(p: TextProps): JSX.Element {
  const id = useId(), input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useEffect(() => { if (p.autofocus) input.current?.focus(); }, []);
  const common = { id, ref: input, value: p.value, required: p.required, maxLength: p.max, placeholder: p.placeholder, name: p.name,
    autofocus: p.autofocus, "aria-invalid": p.error ? true : undefined, "aria-describedby": describedBy(id, p),
    onInput: (e: Event) => p.onInput((e.currentTarget as HTMLInputElement).value) };
  return <Frame {...p} id={id}>{p.rows ? <textarea {...common} rows={p.rows} />
    : <input {...common} type={p.type ?? "text"} autocomplete={p.autocomplete ?? "off"} spellcheck={false} />}</Frame>;
}
export interface SelectProps extends Common { value: string; onChange: (v: string) => void; options: [string, string][] }
export function SelectField(p: SelectProps): JSX.Element {
  const id = useId();
  return <Frame {...p} id={id}><select id={id} value={p.value} aria-describedby={describedBy(id, p)}
    onChange={e => p.onChange(e.currentTarget.value)}>
    {p.options.map(([value, words]) => <option key={value} value={value}>{words}</option>)}</select></Frame>;
}
export function Check(p: { label: string; checked: boolean; onChange: (on: boolean) => void; hint?: string }): JSX.Element {
  const id = useId();
  return <div class="check"><input id={id} type="checkbox" checked={p.checked} onChange={e => p.onChange(e.currentTarget.checked)} />
    <label for={id}>{p.label}</label>{p.hint && <p class="hint">{p.hint}</p>}</div>;
}
