import { jest } from "@jest/globals";
import { setImmediate as tick } from "node:timers/promises";
import { sleep, waitFor } from "#kernel/time.ts";
import { Turns, type Claimant } from "./turns.ts";

describe("Turns", () => {
  const said: string[] = [];
  const claimant = (name: string): Claimant => ({
    onTurn: () => void said.push(name),
    onTimeout: () => void said.push(`${name} late`),
  });
  beforeEach(() => said.splice(0));

  it("come in the order in which they were asked for", async () => {
    const turns = new Turns(() => undefined);
    const [a, b, c] = [claimant("a"), claimant("b"), claimant("c")];
    for (const one of [a, b, c]) turns.request(one);
    await tick();
    expect([said, turns.isHeldBy(a), turns.waitingCount]).toEqual([["a"], true, 2]);
    turns.release(a);
    await tick();
    turns.release(b);
    await tick();
    expect(said).toEqual(["a", "b", "c"]);
    turns.release(c);
    expect(turns.isFree).toBe(true);
  });

  it("are given up by a claimant that leaves the queue", async () => {
    const turns = new Turns(() => undefined);
    const [a, b, c] = [claimant("a"), claimant("b"), claimant("c")];
    for (const one of [a, b, c]) turns.request(one);
    turns.release(b);
    await tick();
    turns.release(a);
    await tick();
    expect(said).toEqual(["a", "c"]);
  });

  it("aren't waited for longer than asked", async () => {
    const turns = new Turns(() => undefined);
    const [a, b] = [claimant("a"), claimant("b")];
    turns.request(a);
    await tick();
    turns.request(b, 20);
    await sleep(60);
    turns.release(a);
    await tick();
    expect(said).toEqual(["a", "b late"]);
    expect(turns.isFree).toBe(true);
  });

  it("are waited for while others take theirs, however long one call lasts", async () => {
    const turns = new Turns(() => undefined);
    const calling = (name: string, ms: number): Claimant => {
      const self: Claimant = {
        ...claimant(name),
        onTurn() {
          for (const until = performance.now() + ms; performance.now() < until;); // as the backend's calls are
          said.push(name);
          turns.release(self);
        },
      };
      return self;
    };
    turns.request(calling("long", 300), 200);
    for (const name of ["a", "b", "c"]) turns.request(calling(name, 0), 200);
    await waitFor(async () => (turns.isFree ? true : undefined), {
      timeoutMs: 10_000,
      onTimeout: () => new Error("never free"),
    });
    expect(said).toEqual(["long", "a", "b", "c"]);
  });

  it("that throw are reported, as the backend's state is unknown", async () => {
    const onFault = jest.fn();
    const turns = new Turns(onFault);
    const fault = new Error("trap");
    turns.request({
      onTurn: () => {
        throw fault;
      },
    });
    await tick();
    expect(onFault).toHaveBeenCalledWith(fault);
  });

  it("are over once stopped", async () => {
    const turns = new Turns(() => undefined);
    turns.request(claimant("a"));
    turns.stop();
    await tick();
    expect(said).toEqual([]);
  });
});
