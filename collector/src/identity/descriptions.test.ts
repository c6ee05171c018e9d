import type { GpuRow } from "../parse/result.ts";
import { rowOf } from "../testing/rows.ts";
import { Descriptions } from "./descriptions.ts";

const URL = "http://a:1/metrics";
let descriptions: Descriptions;
beforeEach(() => {
  descriptions = new Descriptions();
});

const rowsIn = (pod: string): GpuRow[] => [
  rowOf({ uuid: "GPU-1", labels: { pod } }),
  rowOf({ uuid: "GPU-1", migId: "7", migProfile: "1g.5gb", labels: { pod: "é" } }),
];
const read = (bytes: Buffer) => descriptions.read(URL, bytes, 0, bytes.length);

describe("what a target says of its GPUs", () => {
  it("is made once, and is the same memory for who writes and who reads it", () => {
    const rows = rowsIn("one");
    const written = descriptions.write(URL, rows);
    expect(descriptions.write(URL, [...rows])).toBe(written);
    const [gpu, slice] = read(Buffer.from(written));
    expect([gpu?.uuid, gpu?.migId, gpu?.identity.labels]).toEqual(["GPU-1", null, { pod: "one" }]);
    expect([slice?.uuid, slice?.migId, slice?.identity.labels]).toEqual(["GPU-1", "7", { pod: "é" }]);
    expect(read(Buffer.from(written))[0]).toBe(gpu);
  });

  it("is made anew when a row says something else, comes or goes", () => {
    const rows = rowsIn("one");
    const first = Buffer.from(descriptions.write(URL, rows));
    const before = read(first);
    const changed = [{ ...(rows[0] as GpuRow), labels: { pod: "two" } }, rows[1] as GpuRow];
    expect(read(descriptions.write(URL, changed)).map(({ identity }) => identity.labels)).toEqual([
      { pod: "two" },
      { pod: "é" },
    ]);
    expect(read(descriptions.write(URL, rows.slice(1))).map(({ migId }) => migId)).toEqual(["7"]);
    expect(descriptions.write(URL, [])).toHaveLength(0);
    // What a backlog says of before is read as it was then, whatever has been written since.
    expect(read(first).map((subject) => subject.isSame(before[0] as never))).toEqual([true, false]);
  });

  it("in other objects but the same words stays the same memory", () => {
    const written = descriptions.write(URL, rowsIn("one"));
    expect(descriptions.write(URL, rowsIn("one"))).toBe(written);
    const other = descriptions.write("http://b:1/metrics", rowsIn("one"));
    expect(other).toEqual(written);
    expect(other).not.toBe(written);
  });
});
