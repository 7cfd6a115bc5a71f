// SPDX-License-Identifier: GPL-3.0-or-later
// api.mjs: a client of /api/v1 without a browser: with a log-in's cookie, an
// API token or nothing.
export class Api {
  constructor(url, token = null) {
    Object.assign(this, { url, token, cookie: null });
  }

  async ask(method, route, body) {
    const headers = {};
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (this.cookie) headers.Cookie = this.cookie;
    if (method !== "GET") Object.assign(headers, { "X-Camwarden": "1", "Content-Type": "application/json" });
    const answer = await fetch(`${this.url}/api/v1${route}`, {
      method, headers, redirect: "manual", body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
    });
    const set = answer.headers.get("set-cookie"); // one at most; node 18 knows no getSetCookie
    if (set) this.cookie = set.split(";")[0];
    const read = await answer.text();
    let parsed = read;
    try {
      parsed = JSON.parse(read);
    } catch { /* a picture, or nothing */ }
    return { status: answer.status, headers: answer.headers, body: parsed };
  }

  async ok(method, route, body) {
    const { status, body: read } = await this.ask(method, route, body);
    if (status >= 300) throw new Error(`${method} ${route}: ${status} ${JSON.stringify(read).slice(0, 300)}`);
    return read;
  }

  async login(user, password) {
    await this.ok("POST", "/login", { user, password });
    return this;
  }
}
