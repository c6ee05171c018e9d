import { BaseError } from "#kernel/errors.ts";

/** The web sites that may use the API from a browser in their user's name. */
export interface Origins {
  /** whether a browser may show an answer to this origin */
  isAllowed(origin: string): boolean;
  /** whether a wallet may sign in for this site, by its domain as EIP-4361 has it: host, and port unless it is the scheme's */
  isSignInDomain(domain: string): boolean;
  /** what a person may read */
  domains(): string[];
  /** whether all sites are reached by TLS, so that cookies can ask for it */
  readonly isSecure: boolean;
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Reads a list of origins, separated by commas; an empty one allows this machine's browser at the server's own port.
 *
 * @param port of the server, which is known once it listens
 * @throws BaseError `BAD_ORIGINS` naming the first faulty one
 */
export function parseOrigins(text: string, port: () => number): Origins {
  const listed = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(parseOrigin);
  const urls = (): URL[] =>
    listed.length > 0 ? listed : ["localhost", "127.0.0.1"].map((host) => new URL(`http://${host}:${port()}`));
  return {
    isAllowed: (origin) => urls().some((url) => url.origin === origin),
    isSignInDomain: (domain) => urls().some((url) => url.host === domain.toLowerCase()),
    domains: () => urls().map((url) => url.host),
    isSecure: listed.length > 0 && listed.every((url) => url.protocol === "https:"),
  };
}

function parseOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fault =
    !url || !["http:", "https:"].includes(url.protocol) || `${url.origin}/` !== url.href
      ? "is no origin"
      : url.protocol === "http:" && !LOOPBACK.test(url.hostname)
        ? "isn't reached by TLS"
        : undefined;
  if (!url || fault !== undefined) {
    throw new BaseError("BAD_ORIGINS", `the web origin "${text}" ${fault}`, {
      hints: ["give scheme, host and port and nothing else, such as https://app.example.org; http only for localhost"],
    });
  }
  return url;
}
