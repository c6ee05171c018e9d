import { ExpositionParser } from "#collector/src/parse/exposition.ts";
import { bodyOf, openTemplates, type Template } from "./bodies.ts";

const HOSTS = 500;
const ROUNDS = 12;
/** Rounds before the clock runs: each target's labels are read then, and V8 compiles. */
const WARM_ROUNDS = 2;
const STEP_MS = 10_000;

/** What parsing took. */
export interface ParseCost {
  samples: number;
  cpuSeconds: number;
}

/** Reads the bodies of 500 hosts as their targets' parsers do, one round after the other. */
export function measureParse(): ParseCost {
  const templateAt = openTemplates();
  const parsers = Array.from({ length: HOSTS }, () => new ExpositionParser());
  let [samples, cpuMicros] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const at = round * STEP_MS;
    const bodies = bodiesOf(templateAt(at));
    const before = process.cpuUsage();
    for (const [host, body] of bodies.entries()) {
      const { sampleCount } = parsers[host]!.parse(body.toString("latin1"), at);
      if (round >= WARM_ROUNDS) samples += sampleCount;
    }
    const { user, system } = process.cpuUsage(before);
    if (round >= WARM_ROUNDS) cpuMicros += user + system;
  }
  return { samples, cpuSeconds: cpuMicros / 1e6 };
}

const bodiesOf = (template: Template): Buffer[] =>
  Array.from({ length: HOSTS }, (_, host) => Buffer.from(bodyOf(template, host)));
