import type { RentalEntry } from "../book.ts";
import { addressAt, oneOf } from "../cast.ts";
import type { Act } from "../stage.ts";
import type { Crowd } from "./crowd.ts";

const HOUR = 3_600;
const MINUTE = 60;
const OFFLINE = 1;
/** Numbers of the reasons in the contracts' KickReason. */
const REASONS = { PERFORMANCE: 0, UPTIME: 2 };
/** When a member is kicked, hours from the beginning, by its place. */
const KICKS = [
  { member: 0, hour: 12 * 24 + 15, reason: REASONS.UPTIME },
  { member: 1, hour: 21 * 24 + 10, reason: REASONS.PERFORMANCE },
] as const;

/** Hosts of an unreliable operator go dark again and again; it says nothing, and customers leave. */
export async function* goDark(crowd: Crowd): Act {
  const { stage, grid, random, plan, options } = crowd;
  for (;;) {
    yield grid.next(stage.now + random.between(4, 26) * HOUR);
    const hosts = [...new Set(crowd.gpusOf(plan.unreliable.pool).map(({ gpuId }) => options.machineOf(gpuId).host))];
    if (hosts.length === 0) continue;
    const host = random.pick(hosts);
    const to = stage.now + random.between(50, 300) * MINUTE;
    options.onTrouble({ fault: { kind: "HOST_DOWN", host }, from: stage.now, to });
    for (const { gpuId, rental } of crowd.gpusOf(plan.unreliable.pool)) {
      if (!rental || options.machineOf(gpuId).host !== host || random.next() < 0.25) continue;
      stage.begin(leave(crowd, rental, grid.next(stage.now + random.between(15, 90) * MINUTE)));
    }
    yield grid.next(to);
  }
}

/** A GPU of it runs too hot, for hours. */
export async function* runHot(crowd: Crowd): Act {
  const { stage, grid, random, plan, options } = crowd;
  for (;;) {
    yield grid.next(stage.now + random.between(6, 30) * HOUR);
    const gpus = crowd.gpusOf(plan.unreliable.pool);
    if (gpus.length === 0) continue;
    const { uuid } = options.machineOf(random.pick(gpus).gpuId);
    const to = stage.now + random.between(2, 9) * HOUR;
    options.onTrouble({ fault: { kind: "THERMAL_THROTTLE", uuid }, from: stage.now, to });
  }
}

/** Two members are kicked; their GPUs are taken out of service and, unless somebody has booked them, let go. */
export async function* kickMembers(crowd: Crowd): Act {
  const { stage, grid, cast, plan } = crowd;
  const { operators, gpus } = stage.network;
  const { owner, members } = oneOf(cast.plan.operators, plan.unreliable.operator);
  const operatorId = BigInt(plan.unreliable.operator + 1);
  for (const { member: place, hour, reason } of KICKS) {
    yield grid.next(cast.hours(hour));
    const member = oneOf(members, place);
    stage.post(owner, operators, "kickMember", [operatorId, addressAt(member), reason]);
    for (const gpu of crowd.gpusOf(plan.unreliable.pool)) {
      if (gpu.contributor !== addressAt(member) || crowd.isTouched(gpu.gpuId)) continue;
      if (gpu.isActive) crowd.setStatus(owner, gpu, OFFLINE);
      if (crowd.slotsOn(gpu.gpuId).length === 0) stage.post(owner, gpus, "release", [gpu.gpuId]);
    }
  }
}

async function* leave(crowd: Crowd, { rentalId, customer }: RentalEntry, at: number): Act {
  yield at;
  const { stage, cast } = crowd;
  const by = cast.plan.customers.find((account) => addressAt(account) === customer);
  if (by !== undefined && crowd.close(rentalId)) stage.post(by, stage.network.market, "end", [rentalId]);
}
