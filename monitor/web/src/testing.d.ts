// SPDX-License-Identifier: GPL-3.0-or-later
// As much of node as the tests use (the pages know nothing of node).
declare module "node:test" {
  export function test(name: string, f: () => void | Promise<void>): void;
}
declare module "node:assert/strict" {
  const assert: {
    ok: (value: unknown, message?: string) => void; equal: (a: unknown, b: unknown, message?: string) => void;
    notEqual: (a: unknown, b: unknown, message?: string) => void; deepEqual: (a: unknown, b: unknown, message?: string) => void;
    match: (text: string, pattern: RegExp) => void; throws: (run: () => unknown, what?: RegExp) => void;
    rejects: (run: Promise<unknown> | (() => Promise<unknown>), what?: RegExp) => Promise<void>;
  };
  export default assert;
}
declare module "node:fs" {
  export function readFileSync(path: string, encoding: "utf8"): string;
  export function readdirSync(path: string, options: { recursive: true; encoding: "utf8" }): string[];
}
