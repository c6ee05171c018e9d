import { isIP } from "node:net";

/**
 * Whether a request's Host header may be answered. A page of somebody else's can make a browser ask us under a name of its
 * own that it points here (DNS rebinding): only addresses, localhost and the name that we listen on are ours.
 */
export function isOurHost(header: string | undefined, listening: string): boolean {
  if (header === undefined) return false;
  const name = header.replace(/:\d+$/, "").toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost") || name === listening.toLowerCase()) return true;
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

/** Whether nobody but this machine can ask. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);

/** What the page may load and who may frame it: itself, and nobody. */
export const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;
