import { RpcError, TooMuchError } from "./rpc.ts";

/** Logs per answer at which fetching and parsing cost least per log. */
const TARGET_LOGS = 4_000;
const FIRST_BLOCKS = 10;
const MAX_BLOCKS = 20_000;
const MAX_GROWTH = 10;
/** After so many good answers at the limit, twice as many blocks are asked for: a node refuses for a while, or for good. */
const ANSWERS_TO_GROW = 32;

/** Chooses how many blocks to ask for at once: as many as hold about `TARGET_LOGS` logs, fewer where the node refuses. */
export class AdaptiveRange {
  private blocks = FIRST_BLOCKS;
  private limit = MAX_BLOCKS;
  private answersAtLimit = 0;

  /** The last block of a range that begins at `from` and may go to `most`. */
  end(from: number, most: number): number {
    return Math.min(most, from + this.blocks - 1);
  }

  /** Learns from an answer. */
  note(blocks: number, logs: number): void {
    if (blocks >= this.limit && ++this.answersAtLimit >= ANSWERS_TO_GROW) {
      this.limit = Math.min(this.limit * 2, MAX_BLOCKS);
      this.answersAtLimit = 0;
    }
    const ideal = logs === 0 ? blocks * MAX_GROWTH : Math.floor((blocks * TARGET_LOGS) / logs);
    this.blocks = Math.max(1, Math.min(ideal, blocks * MAX_GROWTH, this.limit));
  }

  /**
   * Learns from a refusal, or an answer that took too long: half as many from now on.
   *
   * @returns false when the range can't be made smaller
   */
  shrink(blocks: number, error: unknown): boolean {
    if (!(error instanceof RpcError || error instanceof TooMuchError) || blocks <= 1) return false;
    this.limit = Math.max(1, Math.floor(blocks / 2));
    this.answersAtLimit = 0;
    this.blocks = this.limit;
    return true;
  }
}
