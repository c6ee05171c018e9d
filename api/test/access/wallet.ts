import { privateKeyToAccount, type HDAccount, type PrivateKeyAccount } from "viem/accounts";
import { createSiweMessage, type SiweMessage } from "viem/siwe";
import type { Answer } from "../fixture.ts";

/** A GraphQL answer with its headers. */
export interface FullAnswer extends Answer {
  headers: Headers;
  extensions?: { cost?: { requested: number; charged: number; remaining: number; resetAt: string } };
}

/** One GraphQL request over HTTP, with headers of its own. */
export async function send(
  url: string,
  query: string,
  options: { variables?: Record<string, unknown>; headers?: Record<string, string>; operationName?: string } = {},
): Promise<FullAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: JSON.stringify({ query, variables: options.variables ?? {}, operationName: options.operationName }),
  });
  return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
}

/** A wallet by a number, the same each time. */
export const walletOf = (number: number): PrivateKeyAccount =>
  privateKeyToAccount(`0x${number.toString(16).padStart(64, "0")}`);

/** A fresh nonce, and what goes with it. */
export async function takeNonce(url: string): Promise<{ nonce: string; issuedAt: string; chainId: number }> {
  const { data } = await send(url, `mutation { createSignInNonce { nonce issuedAt chainId domains expiresAt } }`);
  return data?.["createSignInNonce"] as { nonce: string; issuedAt: string; chainId: number };
}

/** A sign-in message for the API's own site, with what a test changes of it. */
export async function messageFor(
  url: string,
  address: SiweMessage["address"],
  changes: Partial<SiweMessage> = {},
): Promise<string> {
  const { nonce, issuedAt, chainId } = await takeNonce(url);
  const { host, origin } = new URL(url);
  return createSiweMessage({
    ...{ address, chainId, domain: host, uri: origin, nonce, version: "1", issuedAt: new Date(issuedAt) },
    statement: "Sign in to Berkeley Compute",
    ...changes,
  });
}

/** Asks to be signed in. */
export function askToSignIn(url: string, message: string, signature: string, carrier = "BEARER"): Promise<FullAnswer> {
  return send(
    url,
    `mutation ($message: String!, $signature: Bytes!, $carrier: SessionCarrier!) {
      signIn(message: $message, signature: $signature, carrier: $carrier) { address token expiresAt } }`,
    { variables: { message, signature, carrier } },
  );
}

/** Signs a wallet in and gives the headers by which its requests are known. */
export async function signedIn(url: string, wallet: PrivateKeyAccount | HDAccount): Promise<Record<string, string>> {
  const message = await messageFor(url, wallet.address);
  const { data, errors } = await askToSignIn(url, message, await wallet.signMessage({ message }));
  if (!data) throw new Error(JSON.stringify(errors));
  return { authorization: `Bearer ${(data["signIn"] as { token: string }).token}` };
}
