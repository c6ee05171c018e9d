import type { PlayedDay, Trouble, Use } from "../../market/history/use.ts";
import { noise } from "../random.ts";
import type { FleetGpu } from "../types.ts";

/** Days of a used GPU between two troubles of a kind, as large fleets report them, made some times more frequent. */
const DAYS_PER_PROGRAM_ERROR = 120;
const DAYS_PER_HEAT = 400;
const DAYS_PER_MEMORY_ERROR = 1_200;

/** XIDs of faulty programs, the frequent ones twice: memory page fault, graphics exception, stopped processing. */
const PROGRAM_XIDS = [31, 31, 13, 43] as const;
const MEMORY_XID = 48;
/** The exporter shows an XID until the next, or until the driver is loaded anew. */
const XID_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** Streams of noise, apart from those of the GPUs' physics. */
const STREAM = 0x5eed;

/**
 * Small troubles of a day, which every fleet has: programs that fail, a GPU in hot air, a memory error. They befall GPUs
 * in use, and depend on the seed, the GPU's place and the day alone.
 */
export function smallTroubles(seed: number, gpus: readonly FleetGpu[], { from, uses }: PlayedDay): Trouble[] {
  const day = Math.floor(from / DAY_SECONDS);
  return gpus.flatMap(({ uuid }, number) => {
    const random = (channel: number): number => noise(seed ^ STREAM, number * 16 + channel, day);
    const dice = [DAYS_PER_PROGRAM_ERROR, DAYS_PER_HEAT, DAYS_PER_MEMORY_ERROR].map(
      (days, kind) => random(kind) * days < 1,
    );
    if (!dice.includes(true)) return [];
    const own = uses.filter((use) => use.uuid === uuid && use.to > from);
    const use = own[Math.floor(random(3) * own.length)];
    return use ? troublesIn(use, from, dice, random) : [];
  });
}

function troublesIn(use: Use, dayFrom: number, dice: boolean[], random: (channel: number) => number): Trouble[] {
  const { uuid } = use;
  const begin = Math.max(use.from, dayFrom);
  const length = Math.min(use.to, dayFrom + DAY_SECONDS) - begin;
  const at = (channel: number): number => begin + Math.floor(random(channel) * length);
  const [hasProgramError, isHot, hasMemoryError] = dice;
  const troubles: Trouble[] = [];
  if (hasProgramError) {
    const code = PROGRAM_XIDS[Math.floor(random(4) * PROGRAM_XIDS.length)] ?? PROGRAM_XIDS[0];
    troubles.push({ fault: { kind: "XID", uuid, code }, from: at(5), to: at(5) + XID_SECONDS });
  }
  if (isHot) {
    const to = Math.min(at(6) + 1_800 + Math.floor(random(7) * 3_600), begin + length);
    troubles.push({ fault: { kind: "THERMAL_THROTTLE", uuid }, from: at(6), to });
  }
  if (hasMemoryError) {
    troubles.push({ fault: { kind: "ECC_ERROR", uuid }, from: at(8), to: at(8) });
    troubles.push({ fault: { kind: "XID", uuid, code: MEMORY_XID }, from: at(8), to: at(8) + XID_SECONDS });
  }
  return troubles;
}
