import type { Facts } from "../sql/facts.ts";

/** Messages for the backend, to be run in one go. */
export interface BackendStep {
  kind: "backend";
  bytes: Buffer;
  /** what it ends with: a Sync, a query of its own, or neither, when the client keeps the backend for what follows */
  end: "sync" | "query" | "open";
  /** types of reply messages that the client has been sent already, in order */
  sent: string;
  /** of the SQL texts within */
  facts: Facts[];
  /** the error to say in place of that of a refused statement */
  refusal: Buffer | undefined;
  unnamed: {
    /** the Parse that made the unnamed statement used here, if that came in an earlier step */
    needs: Buffer | undefined;
    /** whether the unnamed statement is the client's own afterwards */
    isOwn: boolean;
  };
}

/** One thing to do for a client, in the order of its messages. */
export type Step =
  | BackendStep
  /** answer without the backend */
  | { kind: "say"; bytes: Buffer }
  /** take on the settings of the start-up, then greet */
  | { kind: "greet"; bytes: Buffer }
  /** DISCARD ALL and the like, for this client alone */
  | { kind: "clear"; what: NonNullable<Facts["clearsAll"]> };

/** Bytes that a step keeps in memory. */
export const sizeOf = (step: Step): number => ("bytes" in step ? step.bytes.length : 0);
