// SPDX-License-Identifier: GPL-3.0-or-later
// What tests (*.test.ts) use of node, so that they are typed without all of
// node's types being known to the pages.
declare module "node:test" {
  export function test(name: string, run: () => void | Promise<void>): void;
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
