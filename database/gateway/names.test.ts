import fc from "fast-check";
import { message } from "../wire/messages.ts";
import { backendName, renameFrame } from "./names.ts";

const frame = (type: string, ...parts: (string | Buffer)[]): Parameters<typeof renameFrame>[1] => {
  const bytes = message(type, ...parts);
  return { type, bytes, body: bytes.subarray(5) };
};

describe("backendName", () => {
  it("never gives two connections, or two names of one, the same name", () => {
    const name = fc.string({ minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(fc.nat(50), name, fc.nat(50), name, (one, oneName, other, otherName) => {
        fc.pre(one !== other || oneName !== otherName);
        expect(backendName(one, oneName)).not.toBe(backendName(other, otherName));
        expect(backendName(one, oneName).length).toBeLessThanOrEqual(63);
      }),
    );
  });

  it("leaves the unnamed one unnamed", () => {
    expect(backendName(7, "")).toBe("");
  });
});

describe("renameFrame", () => {
  const tail = Buffer.from([0, 1, 2]);

  it.each([
    ["Parse", frame("P", "s", "select 1", tail), message("P", "7.s", "select 1", tail), { statement: "s" }],
    ["Bind", frame("B", "p", "s", tail), message("B", "7.p", "7.s", tail), { portal: "p", statement: "s" }],
    ["Bind of the unnamed", frame("B", "", "s", tail), message("B", "", "7.s", tail), { portal: "", statement: "s" }],
    ["Describe", frame("D", Buffer.from("S"), "s"), message("D", Buffer.from("S"), "7.s"), { statement: "s" }],
    ["Close", frame("C", Buffer.from("P"), "p"), message("C", Buffer.from("P"), "7.p"), { portal: "p" }],
    ["Execute", frame("E", "p", tail), message("E", "7.p", tail), { portal: "p" }],
    ["Sync", frame("S"), message("S"), {}],
  ])("renames in %s and keeps the rest", (_what, from, bytes, names) => {
    expect(renameFrame(7, from)).toEqual({ names, bytes });
  });
});
