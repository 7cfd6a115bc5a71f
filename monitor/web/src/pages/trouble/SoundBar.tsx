// SPDX-License-Identifier: GPL-3.0-or-later
// Sound on or off, how loud, and what the browser still wants for it.
import type { JSX } from "preact";
import { t } from "../../i18n";
import { setSound, sound } from "../../theme";
import { Button } from "../../ui/basics";
import { allowSound, blocked, play, prepareSound, setVolume, volume } from "./sound";

export function SoundBar(): JSX.Element {
  const on = sound.value;
  const turn = (): void => {
    setSound(!on);
    prepareSound();
    if (!on) void allowSound().then(() => play(false, true));
  };
  return <div class="tr-sound">
    <Button pressed={on} onClick={turn}>{on ? t("trouble.sound.on") : t("trouble.sound.off")}</Button>
    {on && <><label class="tr-volume"><span>{t("trouble.sound.volume")}</span>
      <input type="range" min="1" max="10" step="1" value={volume.value} onInput={e => setVolume(Number(e.currentTarget.value))} /></label>
      <Button kind="quiet" onClick={() => void allowSound().then(() => play(false, true))}>{t("trouble.sound.try")}</Button></>}
  </div>;
}
export function SoundBlocked(): JSX.Element | null {
  if (!blocked.value) return null;
  return <p class="notice" role="status">{t("trouble.sound.blocked")} <Button onClick={() => void allowSound()}>{t("trouble.sound.allow")}</Button></p>;
}
