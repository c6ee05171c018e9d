import type { Network } from "../wallets.ts";

/** A slot that stands, by the hours since 1970. */
export interface SlotEntry {
  slotId: bigint;
  gpuId: bigint;
  startHour: number;
  /** exclusive */
  endHour: number;
  /** hours before it are settled */
  settledHour: number;
}

/** The slots that stand and aren't settled to their end, followed by their events. */
export class SlotBook {
  readonly #network: Network;
  readonly #slots = new Map<bigint, SlotEntry>();
  #nextBlock = 0n;

  constructor(network: Network) {
    this.#network = network;
  }

  /** All of them, the oldest first. */
  get all(): SlotEntry[] {
    return [...this.#slots.values()];
  }

  /** Reads what was told since the last look. */
  async follow(): Promise<void> {
    const toBlock = await this.#network.node.getBlockNumber({ cacheTime: 0 });
    if (toBlock < this.#nextBlock) return;
    for (const log of await readLogs(this.#network, this.#nextBlock, toBlock)) this.#enter(log);
    this.#nextBlock = toBlock + 1n;
  }

  #enter(log: SlotLog): void {
    if (log.eventName === "SlotReserved") {
      const { slotId, gpuId, startHour, endHour } = log.args;
      this.#slots.set(slotId, { slotId, gpuId, startHour, endHour, settledHour: startHour });
    } else if (log.eventName === "SlotSplit") {
      const { slotId, newSlotId, hour, endHour } = log.args;
      const slot = this.#slots.get(slotId);
      if (!slot) return;
      slot.endHour = Math.min(slot.endHour, hour);
      this.#slots.set(newSlotId, { ...slot, slotId: newSlotId, startHour: hour, endHour, settledHour: hour });
    } else if (log.eventName === "SlotsMerged") {
      const slot = this.#slots.get(log.args.slotId);
      if (slot) slot.endHour = log.args.endHour;
      this.#slots.delete(log.args.goneId);
    } else if (log.eventName === "SlotMoved") {
      const { slotId, toGpuId, fromHour } = log.args;
      const slot = this.#slots.get(slotId);
      if (slot) this.#slots.set(slotId, { ...slot, gpuId: toGpuId, startHour: fromHour, settledHour: fromHour });
    } else if (log.eventName === "SlotRefunded") {
      this.#slots.delete(log.args.slotId);
    } else if (log.eventName === "SlotSettled") {
      const slot = this.#slots.get(log.args.slotId);
      if (slot) slot.settledHour = log.args.toHour;
      if (slot && slot.settledHour >= slot.endHour) this.#slots.delete(slot.slotId);
    }
  }
}

const readLogs = ({ node, slots: { address, abi } }: Network, fromBlock: bigint, toBlock: bigint) =>
  node.getContractEvents({ address, abi, fromBlock, toBlock, strict: true });

type SlotLog = Awaited<ReturnType<typeof readLogs>>[number];
