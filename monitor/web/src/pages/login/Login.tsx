// SPDX-License-Identifier: GPL-3.0-or-later
// Logging in, the first set-up, and a wall screen that claims its token.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../../api";
import { dataAgain } from "../../data/link";
import { asProblem, post, type Problem } from "../../http";
import { t } from "../../i18n";
import { go, here } from "../../router";
import { back, session } from "../../session";
import { Button, Loading } from "../../ui/basics";
import { TextField } from "../../ui/Field";
import { Choices } from "../../ui/Menu";
import { problemWords } from "../../ui/toast";
import { NewPassword } from "./NewPassword";
import { passes, strength } from "./strength";

export function Login(): JSX.Element {
  const path = here.value.path;
  return path === "/setup" ? <Setup /> : path === "/kiosk" ? <Kiosk /> : <Enter />;
}
function Frame(p: { title: string; text?: string; children?: ComponentChildren }): JSX.Element {
  return <div class="door"><div class="door-box">
    <p class="brand"><img src="/icon.svg" alt="" width="30" height="30" />camwarden</p>
    <h1>{p.title}</h1>{p.text && <p class="soft">{p.text}</p>}
    {p.children}</div>
    <div class="door-choices"><Choices /></div></div>;
}
function arrive(s: Session, to: string): void {
  session.value = s;
  dataAgain();
  go(to, true);
}
/* Sends a form once at a time; says what went wrong, and counts down where it shall wait. */
function useSend(words: (p: Problem) => string): { busy: boolean; error: string; wait: number; send: (f: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false), [error, setError] = useState(""), [wait, setWait] = useState(0);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  const send = (f: () => Promise<void>): void => {
    if (busy || wait > 0) return;
    setBusy(true);
    setError("");
    f().catch((e: unknown) => {
      const p = asProblem(e);
      setError(words(p));
      if (p.status === 429) setWait(Math.min(120, p.retry || 2));
    }).finally(() => setBusy(false));
  };
  return { busy, error, wait, send };
}
function ErrorLine(p: { text: string }): JSX.Element {
  return <p class="door-error" role="alert">{p.text}</p>;
}
function Enter(): JSX.Element {
  const [user, setUser] = useState(""), [password, setPassword] = useState("");
  const s = useSend(p => p.status === 401 ? t("login.wrong") : problemWords(p));
  const here1 = session.value?.role ?? null;
  useEffect(() => { if (here1) go(back(), true); }, [here1]);
  const submit = (e: Event): void => {
    e.preventDefault();
    s.send(async () => {
      try {
        arrive(await post<Session>("/login", { user: user.trim(), password }), back());
      } finally {
        setPassword("");
      }
    });
  };
  return <Frame title={t("login.title")}>
    <form onSubmit={submit}>
      <TextField label={t("login.user")} name="user" value={user} onInput={setUser} autofocus required autocomplete="username" max={128} />
      <TextField label={t("login.password")} name="password" type="password" value={password} onInput={setPassword} required autocomplete="current-password" max={256} />
      {s.error && <ErrorLine text={s.error} />}
      <Button type="submit" kind="primary" busy={s.busy} disabled={s.wait > 0 || !user || !password}>{s.wait ? t("login.wait", { n: s.wait }) : t("login.go")}</Button>
    </form></Frame>;
}
/* The token of a link stands behind #; it leaves the address at once. */
function useToken(): [string, (v: string) => void, boolean] {
  const [given] = useState(() => decodeURIComponent(here.peek().hash.slice(1))), [token, set] = useState(given);
  useEffect(() => { if (location.hash) history.replaceState(null, "", location.pathname); }, []);
  return [token, set, given !== ""];
}
function Setup(): JSX.Element {
  const [token, setToken, given] = useToken(), [user, setUser] = useState("admin"), [password, setPassword] = useState("");
  const s = useSend(p => p.status === 401 || p.status === 403 || p.status === 404 ? t("setup.badToken") : problemWords(p));
  const who = session.value, over = who !== null && !who.setup;
  const fine = passes(strength(password, user)) && user.trim() !== "" && token.trim() !== "";
  const submit = (e: Event): void => {
    e.preventDefault();
    if (fine) s.send(async () => arrive(await post<Session>("/setup", { token: token.trim(), user: user.trim(), password }), "/"));
  };
  if (over && !s.busy) return <Frame title={t("setup.over")} text={t("setup.over.text")}><a class="button primary" href="/login">{t("login.title")}</a></Frame>;
  return <Frame title={t("setup.title")} text={t("setup.text")}>
    <form onSubmit={submit}>
      {given ? <input type="hidden" name="token" value={token} />
        : <TextField label={t("setup.token")} hint={t("setup.token.hint")} name="token" value={token} onInput={setToken} required max={200} />}
      <TextField label={t("login.user")} name="user" value={user} onInput={setUser} required autocomplete="username" max={128} />
      <NewPassword name="password" label={t("login.password")} user={user} value={password} onInput={setPassword} autofocus={given} />
      {s.error && <ErrorLine text={s.error} />}
      <Button type="submit" kind="primary" busy={s.busy} disabled={!fine || s.wait > 0}>{t("setup.go")}</Button>
    </form></Frame>;
}
/* A screen's browser opens its link at every start: claimed once, it goes on to the wall. */
function Kiosk(): JSX.Element {
  const [token, setToken, given] = useToken(), [asked, setAsked] = useState(false), who = session.value;
  const s = useSend(p => p.status === 401 || p.status === 403 || p.status === 404 || p.status === 409 ? t("kiosk.refused") : problemWords(p));
  const claim = (): void => s.send(async () => arrive(await post<Session>("/kiosk", { token: token.trim() }), "/wall"));
  const mine = who?.kind === "kiosk";
  useEffect(() => {
    if (mine) go("/wall", true);
    else if (given && who && !asked) {
      setAsked(true);
      claim();
    }
  }, [mine, who]);
  if (given && !s.error) return <Frame title={t("kiosk.title")}><Loading /></Frame>;
  return <Frame title={t("kiosk.title")} text={t("kiosk.text")}>
    <form onSubmit={e => { e.preventDefault(); claim(); }}>
      {s.error && <ErrorLine text={s.error} />}
      <TextField label={t("kiosk.token")} name="token" value={token} onInput={setToken} required max={200} />
      <Button type="submit" kind="primary" busy={s.busy} disabled={!token || s.wait > 0}>{s.wait ? t("login.wait", { n: s.wait }) : t("kiosk.go")}</Button>
    </form></Frame>;
}
