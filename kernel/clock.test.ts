import { clockAheadMs, clockWord, followClock, setClockAhead } from "./clock.ts";

const HOUR = 3_600_000;
const machine = (): number => performance.timeOrigin + performance.now();

it("is the machine's, until it is set ahead; then everybody's in this process is", () => {
  expect(clockAheadMs()).toBe(0);
  expect(Math.abs(Date.now() - machine())).toBeLessThan(5_000);
  setClockAhead(HOUR);
  expect(Math.abs(Date.now() - HOUR - machine())).toBeLessThan(5_000);
  expect(process.env["BC_CLOCK_AHEAD_MS"]).toBe(String(HOUR)); // for children
});

it("never goes back", () => {
  expect(() => setClockAhead(HOUR - 1)).toThrow("3600000 ms ahead and can't go back to 3599999 ms ahead");
  expect(clockAheadMs()).toBe(HOUR);
});

it("follows a parent: what it said at the start, and each line that sets it further ahead, and nothing else", () => {
  process.env["BC_CLOCK_AHEAD_MS"] = String(2 * HOUR);
  let say: (line: string) => void = () => undefined;
  followClock((listen) => (say = listen));
  expect(clockAheadMs()).toBe(HOUR); // nobody's child: left in a shell
  process.env["BC_SUPERVISED"] = "1";
  followClock((listen) => (say = listen));
  expect(clockAheadMs()).toBe(2 * HOUR);
  for (const line of ["", "clock", "clock -5", "clock 1e9", "clock 99999999 ", "clocks 99999999", clockWord(HOUR)]) {
    say(line);
    expect([line, clockAheadMs()]).toEqual([line, 2 * HOUR]);
  }
  say(clockWord(3 * HOUR));
  expect(clockAheadMs()).toBe(3 * HOUR);
});
