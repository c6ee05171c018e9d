import { createSiweMessage, parseSiweMessage, validateSiweMessage, type SiweMessage } from "viem/siwe";
import { BaseError } from "#kernel/errors.ts";
import type { Origins } from "./origins.ts";

/** Longer ones are nobody's. */
const MAX_LENGTH = 4_096;
const TIMES = /^(Issued At|Expiration Time|Not Before): (.+)$/gm;
/** A browser's clock may be so far ahead of ours. */
const SKEW_MS = 5 * 60_000;

/** What a message must say to sign in here. */
export interface SignInTerms {
  origins: Origins;
  chainId: number;
  nowMs: number;
}

/**
 * Reads a Sign-In with Ethereum message (EIP-4361) and checks all that it says but its nonce: site, chain and times.
 *
 * @throws BaseError `SIGN_IN_REFUSED` with what is wrong and what would be right
 */
export function readSignInMessage(text: string, { origins, chainId, nowMs }: SignInTerms): SiweMessage {
  const message = parse(text);
  const sites = origins.domains().join(" or ");
  if (!origins.isSignInDomain(message.domain))
    throw refused(`the message is for ${message.domain}`, `sign in on ${sites}`);
  const uri = new URL(message.uri);
  if (uri.host !== message.domain.toLowerCase())
    throw refused(`the message's URI is of ${uri.host}, its domain ${message.domain}`, "make both the site's");
  if (message.chainId !== chainId)
    throw refused(`the message is for chain ${message.chainId}`, `sign one for chain ${chainId}`);
  if (message.issuedAt && message.issuedAt.getTime() > nowMs + SKEW_MS)
    throw refused("the message was issued in the future", "correct the clock of the device that made it");
  if (!validateSiweMessage({ message, time: new Date(nowMs) }))
    throw refused("the message is expired, or not valid yet", "sign a new one");
  return message;
}

/** The error of a sign-in that can't be. */
export function refused(what: string, hint: string): BaseError {
  return new BaseError("SIGN_IN_REFUSED", what, { hints: [hint] });
}

/**
 * Only a message that is, letter by letter, what its fields make: a wallet that shows another reading of a lenient one
 * would let its user sign what they never saw.
 */
function parse(text: string): SiweMessage {
  const bad = (): BaseError =>
    refused("this is no message as EIP-4361 has it", "make it by a library, such as viem/siwe");
  if (text.length > MAX_LENGTH) throw bad();
  const message = parseSiweMessage(text) as SiweMessage;
  try {
    // RFC 3339 has several texts for one instant, all of which wallets show as they are.
    const normal = text.replace(TIMES, (_, name: string, time: string) => `${name}: ${new Date(time).toISOString()}`);
    const again = createSiweMessage({ ...message, address: message.address });
    if (again.toLowerCase() !== normal.toLowerCase() || !URL.canParse(message.uri)) throw bad();
  } catch {
    throw bad();
  }
  return message;
}
