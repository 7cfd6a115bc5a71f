// SPDX-License-Identifier: GPL-3.0-or-later
// As much of node as the tests use (the pages know nothing of node).
declare module "node:test" {
  export function test(name: string, f: () => void | Promise<void>): void;
}
declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    equal(a: unknown, b: unknown, message?: string): void;
    deepEqual(a: unknown, b: unknown, message?: string): void;
    ok(value: unknown, message?: string): asserts value;
    throws(f: () => unknown): void;
  }
  const assert: Assert;
  export default assert;
}
