// SPDX-License-Identifier: GPL-3.0-or-later
// The reader's menu: who they are, language, look, sound, password, log out.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { language, languages, setLanguage, t, type Language } from "../i18n";
import { logout, session } from "../session";
import { setSound, setTheme, sound, theme, themes } from "../theme";
import { Button } from "./basics";
import { helpOpen } from "./Help";
import { passwordOpen } from "./Password";
import { RecordLine } from "./Record";

export function Choices(): JSX.Element {
  return <>
    <fieldset><legend>{t("language")}</legend>{(Object.keys(languages) as Language[]).map(l =>
      <Button key={l} pressed={language.value === l} onClick={() => setLanguage(l)}>{languages[l]}</Button>)}</fieldset>
    <fieldset><legend>{t("theme")}</legend>{themes.map(x =>
      <Button key={x} pressed={theme.value === x} onClick={() => setTheme(x)}>{t(`theme.${x}`)}</Button>)}</fieldset>
  </>;
}
export function Menu(): JSX.Element {
  const [open, set] = useState(false), button = useRef<HTMLButtonElement>(null), s = session.value;
  /* Whoever leaves by keyboard goes on from where the menu is. */
  const leave = (): void => {
    button.current?.focus();
    set(false);
  };
  const onKey = (e: KeyboardEvent): void => {
    if (!open || e.key !== "Escape") return;
    e.stopPropagation();
    leave();
  };
  return <div class="menu" onKeyDown={onKey}
    onFocusOut={e => { if (!(e.relatedTarget instanceof Node && e.currentTarget.contains(e.relatedTarget))) set(false); }}>
    <button ref={button} type="button" class="button quiet" aria-expanded={open} onClick={() => set(!open)}>{s?.user ?? t("menu")} ▾</button>
    {open && <div class="menu-box" tabIndex={-1}>
      {s?.user && s.role && <p class="soft">{t("account", { user: s.user, role: t(`role.${s.role}`) })}{s.site && <><br />{s.site}</>}</p>}
      <RecordLine />
      <Choices />
      <fieldset><legend>{t("sound")}</legend><Button pressed={sound.value} onClick={() => setSound(true)}>{t("sound.on")}</Button>
        <Button pressed={!sound.value} onClick={() => setSound(false)}>{t("sound.off")}</Button></fieldset>
      <Button onClick={() => { leave(); helpOpen.value = true; }}>{t("help")}</Button>
      {s?.kind === "login" && <Button onClick={() => { leave(); passwordOpen.value = true; }}>{t("password.change")}</Button>}
      {s?.kind === "login" && <Button onClick={() => void logout()}>{t("logout")}</Button>}
    </div>}
  </div>;
}
