import { scanSeries, type ScannedSeries } from "./series.ts";

const scan = (line: string): ScannedSeries | undefined => scanSeries(line, 0, line.length);

describe("scanSeries", () => {
  it("reads a name and its labels, and says where the value begins", () => {
    expect(scan('A_b:1{gpu="0",UUID="GPU-1"} 7')).toEqual({
      name: "A_b:1",
      labels: [
        ["gpu", "0"],
        ["UUID", "GPU-1"],
      ],
      labelsStart: 5,
      end: 27,
    });
    expect(scan("up 1")).toEqual({ name: "up", labels: [], labelsStart: 3, end: 3 });
  });

  it("allows blanks where the format does, and a trailing comma", () => {
    expect(scan('A { gpu = "0" , b="1", } 7')?.labels).toEqual([
      ["gpu", "0"],
      ["b", "1"],
    ]);
    expect(scan("A{} 7")?.labels).toEqual([]);
  });

  it("reads escapes, and braces, commas and blanks within a value", () => {
    expect(scan('A{p="C:\\\\D\\n\\"q\\""} 1')?.labels).toEqual([["p", 'C:\\D\n"q"']]);
    expect(scan('A{m="x}y, z{"} 1')?.labels).toEqual([["m", "x}y, z{"]]);
  });

  it("keeps a label named like a property of all objects", () => {
    expect(scan('A{__proto__="1",constructor="2"} 1')?.labels).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  it.each([
    ["an unescaped quote", 'A{job="a"b"} 1'],
    ["an open value", 'A{gpu="0'],
    ["an open brace", 'A{gpu="0"'],
    ["a value that ends in a backslash", 'A{gpu="0\\'],
    ["a quoted name", '{"my.metric",gpu="0"} 1'],
    ["a quoted label name", 'A{"my.label"="0"} 1'],
    ["a label given twice", 'A{a="1",a="2"} 1'],
    ["a label without a value", "A{gpu} 1"],
    ["a bare value", "A{gpu=0} 1"],
    ["a name alone", "up"],
    ["no name", "{} 1"],
    ["a name that begins with a digit", "1A 1"],
    ["something between name and brace", 'A-b{gpu="0"} 1'],
  ])("refuses %s", (_what, line) => {
    expect(scan(line)).toBeUndefined();
  });
});
