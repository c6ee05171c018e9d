import fc from "fast-check";
import { Queue } from "./queue.ts";

describe("Queue", () => {
  it("gives what waits in the order of its times, and at one time in the order of its coming", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (times) => {
        const queue = new Queue<number>();
        for (const [place, at] of times.entries()) queue.add(at, place);
        const inOrder = [...times.keys()].sort((one, other) => times[one]! - times[other]! || one - other);
        expect(queue.nextAt()).toBe(times.length === 0 ? undefined : Math.min(...times));
        expect(times.map(() => queue.takeUntil(20))).toEqual(inOrder);
        expect(queue.takeUntil(20)).toBeUndefined();
      }),
    );
  });

  it("keeps what is for later, also when things come and go in between", () => {
    const queue = new Queue<string>();
    queue.add(5, "five");
    queue.add(3, "three");
    expect(queue.takeUntil(2)).toBeUndefined();
    expect(queue.takeUntil(4)).toBe("three");
    queue.add(4, "four");
    expect(queue.nextAt()).toBe(4);
    expect(queue.takeUntil(9)).toBe("four");
    expect(queue.takeUntil(9)).toBe("five");
  });
});
