import { BaseError } from "#kernel/errors.ts";
import type { Pool } from "#kernel/pg.ts";
import { findDowntime, readDowntime, type Downtime } from "../facts/downtime.ts";
import { readForgotten } from "../sources/downtime.ts";
import type { EpochSpan } from "../sources/epoch.ts";
import { withSnapshot } from "../sources/snapshot.ts";
import { STATEMENT_MS, type Evidence } from "./chain-word.ts";

/**
 * When GPUs were DOWN in an epoch, by the evidence wanted or, where samples are gone by their retention, by the minutes'
 * roll-ups, with a note that says so.
 *
 * @throws BaseError `TELEMETRY_GONE` where the minutes are gone, too
 */
export async function readEvidence(
  pool: Pool,
  { epoch, start, end }: EpochSpan,
  wanted: Evidence,
): Promise<{ evidence: Evidence; down: Downtime; notes: string[] }> {
  const read = <T>(body: Parameters<typeof withSnapshot<T>>[1]): Promise<T> => withSnapshot(pool, body, STATEMENT_MS);
  if (wanted === "kept") {
    return { evidence: wanted, down: await read((snapshot) => readDowntime(snapshot, start, end)), notes: [] };
  }
  const gone = await read((snapshot) => readForgotten(snapshot, start, end));
  if (gone.minutes) throw telemetryGone(epoch);
  const source = gone.samples ? "minutes" : wanted;
  const notes =
    wanted === "samples" && gone.samples
      ? [`samples of epoch ${epoch} are gone by retention: rebuilt from their minutes`]
      : [];
  return { evidence: source, down: await findDowntime(read, { start, end, source }), notes };
}

function telemetryGone(epoch: number): BaseError {
  return new BaseError(
    "TELEMETRY_GONE",
    `the telemetry of epoch ${epoch} is gone by its retention, samples and minutes`,
    {
      hints: [
        "check by what was kept when it was settled: --telemetry kept",
        "or by the inputs that were published: --inputs FILE, whose hash is on the chain",
      ],
    },
  );
}
