import { keccak256, toBytes } from "viem";
import { asAddress, type Action, type Sender } from "../draft.ts";

const STATUSES = ["ACTIVE", "OFFLINE", "RETIRED"] as const;

/** A GPU's twin to be minted. */
export interface MintGpu extends Sender {
  pool: string;
  /** as DCGM prints it */
  uuid: string;
  /** left out: the sender */
  owner?: string;
}

/** Mints the twin of a GPU into a pool. */
export const mintGpu: Action<MintGpu> = ({ from, pool, uuid, owner }, reads) => ({
  call: reads.call("GpuNFT", "mint", [BigInt(pool), asAddress(owner ?? from), keccak256(toBytes(uuid.toLowerCase()))]),
  cost: {},
});

/** A GPU. */
export interface OfGpu extends Sender {
  gpu: string;
}

/** A GPU's status. */
export interface SetGpuStatus extends OfGpu {
  status: (typeof STATUSES)[number];
}

/** Sets a GPU's status. */
export const setGpuStatus: Action<SetGpuStatus> = ({ gpu, status }, reads) => ({
  call: reads.call("GpuNFT", "setStatus", [BigInt(gpu), STATUSES.indexOf(status)]),
  cost: {},
});

const ofGpu =
  (functionName: "announceExit" | "cancelExit" | "withdraw" | "release"): Action<OfGpu> =>
  ({ gpu }, reads) => ({ call: reads.call("GpuNFT", functionName, [BigInt(gpu)]), cost: {} });

/** Says that a GPU will leave its pool. */
export const announceExit = ofGpu("announceExit");
/** Takes that back. */
export const cancelExit = ofGpu("cancelExit");
/** Takes a GPU out of its pool. */
export const withdrawGpu = ofGpu("withdraw");
/** Lets go of the GPU of a former member. */
export const releaseGpu = ofGpu("release");

/** A GPU and a pool. */
export interface GpuToPool extends OfGpu {
  pool: string;
}

const toPool =
  (functionName: "invite" | "joinPool"): Action<GpuToPool> =>
  ({ gpu, pool }, reads) => ({ call: reads.call("GpuNFT", functionName, [BigInt(gpu), BigInt(pool)]), cost: {} });

/** Lets a GPU's owner bring it to a pool. */
export const inviteGpu = toPool("invite");
/** Brings a GPU to a pool. */
export const joinPool = toPool("joinPool");
