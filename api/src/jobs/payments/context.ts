import type { Address } from "viem";
import type { Logger } from "#kernel/log.ts";
import type { Pool } from "#kernel/pg.ts";
import type { Finality, Node } from "../node.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { PaymentRows } from "./rows.ts";

/** Contracts that minting for payments takes. */
export interface PaymentAddresses {
  token: Address;
  credits: Address;
  priceFeed: Address;
}

/** What minting for payments works with. */
export interface Context {
  pool: Pool;
  node: Node;
  outbox: Outbox;
  rows: PaymentRows;
  addresses: PaymentAddresses;
  finality: Finality;
  logger: Logger;
  onPoint: (name: string) => void;
}
