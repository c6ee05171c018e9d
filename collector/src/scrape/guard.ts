import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { BaseError } from "#kernel/errors.ts";
import { ScrapeFailure } from "../parse/limits.ts";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Block = [Address, number];

/**
 * What `yes` allows: networks that people scrape in. Link-local addresses, where clouds hand out credentials
 * (169.254.169.254), and all that isn't for single hosts must be named as CIDRs.
 */
const PRIVATE = ["private", "loopback", "carrierGradeNat", "uniqueLocal"];
/** Where clouds hand out credentials within such networks: those of Amazon by IPv6 and of Alibaba. */
const METADATA = ["fd00:ec2::254", "100.100.100.200"];
/** All of IPv6 that is given out; IPv4 addresses in the disguise of ::/96 lie outside. */
const IPV6_INTERNET = ipaddr.parseCIDR("2000::/3");

/**
 * Says which addresses may be connected to: those of the internet, and what is allowed beside them. It looks at the
 * address that a connection is made to, when it is made, so that a name can't be checked as one and used as another.
 */
export class Guard {
  readonly #allowsPrivate: boolean;
  readonly #blocks: readonly Block[];

  constructor({ allowsPrivate = false, blocks = [] }: { allowsPrivate?: boolean; blocks?: readonly Block[] } = {}) {
    this.#allowsPrivate = allowsPrivate;
    this.#blocks = blocks;
  }

  /** Whether an address may be connected to. */
  allows(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const given = ipaddr.parse(address);
    // ::ffff:10.0.0.7 is 10.0.0.7
    const real = given instanceof ipaddr.IPv6 && given.isIPv4MappedAddress() ? given.toIPv4Address() : given;
    if (isPublic(real) || (this.#allowsPrivate && isPrivate(real))) return true;
    return this.#blocks.some(([network, bits]) => network.kind() === real.kind() && real.match(network, bits));
  }

  /**
   * Refuses a host that is an address, which no look-up goes before.
   *
   * @param hostname as in a URL: IPv6 in brackets
   * @throws ScrapeFailure `forbidden`
   */
  checkLiteral(hostname: string): void {
    const address = hostname.replace(/^\[(.*)\]$/, "$1");
    if (isIP(address) !== 0 && !this.allows(address)) throw forbidden([address]);
  }

  /** Resolves a name, for sockets: gives the addresses that are allowed, and fails as `forbidden` if none is. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, "", 0);
      const allowed = found.filter(({ address }) => this.allows(address));
      const [first] = allowed;
      if (!first) return callback(forbidden(found.map(({ address }) => address)), "", 0);
      if (options.all) (callback as unknown as (error: null, all: LookupAddress[]) => void)(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** "unicast" is what ipaddr.js calls what isn't set aside for anything. */
function isPublic(address: Address): boolean {
  return address.range() === "unicast" && (address instanceof ipaddr.IPv4 || address.match(...IPV6_INTERNET));
}

function isPrivate(address: Address): boolean {
  return PRIVATE.includes(address.range()) && !METADATA.includes(address.toString());
}

/** Lets everything through, for a person who names an address. */
export const OPEN_GUARD: Pick<Guard, "checkLiteral" | "lookup"> = {
  checkLiteral: () => undefined,
  lookup: (hostname, options, callback) => dnsLookup(hostname, options, callback as never),
};

function forbidden(addresses: readonly string[]): ScrapeFailure {
  const [address = ""] = addresses;
  const range = ipaddr.isValid(address) ? ipaddr.process(address).range() : "unknown";
  const what = `${address} isn't an address of the internet (${range})`;
  return new ScrapeFailure("forbidden", `${what}; allow it by --allow-private if it is yours`);
}

/**
 * Reads the setting ALLOW_PRIVATE.
 *
 * @param text "no", "yes", or CIDRs and addresses separated by commas
 * @throws BaseError `BAD_SETTINGS` naming the faulty parts
 * @example parseGuard("10.0.0.0/8,fd00::/8")
 */
export function parseGuard(text: string): Guard {
  const words = text.split(",").map((word) => word.trim());
  const [only] = words;
  if (words.length === 1 && (only === "no" || only === "")) return new Guard();
  const faults = words.filter((word) => word !== "yes" && blockOf(word) === undefined);
  if (faults.length > 0) {
    throw new BaseError(
      "BAD_SETTINGS",
      `ALLOW_PRIVATE (--allow-private) has ${faults.map((word) => `"${word}"`).join(", ")}`,
      {
        hints: ["write yes, no, or networks such as 10.0.0.0/8,fd00::/8"],
      },
    );
  }
  return new Guard({
    allowsPrivate: words.includes("yes"),
    blocks: words.flatMap((word) => [blockOf(word) ?? []].filter(isBlock)),
  });
}

const isBlock = (block: Block | []): block is Block => block.length === 2;

function blockOf(text: string): Block | undefined {
  // ipaddr.js takes 10.0.0/8 too, and means 10.0.0.0 by it or something else
  if (isIP(text.split("/")[0] ?? "") !== 0 && ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (isIP(text) === 0) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}
