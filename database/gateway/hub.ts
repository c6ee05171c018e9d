import type { Logger } from "#kernel/log.ts";
import type { Engine } from "../engine.ts";
import type { Leftovers } from "./leftovers.ts";
import type { Limits } from "./limits.ts";
import type { Notifications } from "./notifications.ts";
import type { Session } from "./session.ts";
import type { Turns } from "./turns.ts";

/** What all connections of a gateway share. */
export interface Hub {
  readonly engine: Engine;
  readonly turns: Turns;
  readonly session: Session;
  readonly notifications: Notifications;
  readonly leftovers: Leftovers;
  readonly limits: Limits;
  readonly logger: Logger;
  /** ParameterStatus values of a session at its start */
  readonly parameters: ReadonlyMap<string, string>;
  /** bytes of COPY data that connections hold */
  copyBytes: number;
  /** told of what no client can cause without a fault of ours or of the backend: the process must end */
  readonly onFault: (error: unknown) => void;
}
