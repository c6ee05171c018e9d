import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Credentials } from "../targets/credentials.ts";

/** What an https agent is made with. */
export interface TlsOptions {
  secureContext?: SecureContext;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** Credentials as they are in force now, their files read. Its secrets can't be printed, and it never changes. */
export class Access {
  /** the secret may go over plain http */
  readonly allowsPlainHttp: boolean;
  readonly #authorization: string | undefined;
  readonly #tls: TlsOptions;
  readonly #digest: string;

  constructor(options: {
    authorization: string | undefined;
    tls: TlsOptions;
    allowsPlainHttp: boolean;
    digest: string;
  }) {
    this.allowsPlainHttp = options.allowsPlainHttp;
    this.#authorization = options.authorization;
    this.#tls = options.tls;
    this.#digest = options.digest;
  }

  get hasSecret(): boolean {
    return this.#authorization !== undefined;
  }

  /** The header that goes with each request. */
  headers(): Record<string, string> {
    return this.#authorization === undefined ? {} : { authorization: this.#authorization };
  }

  get tls(): TlsOptions {
    return this.#tls;
  }

  /** Whether it is made of the same secrets, certificates and names. */
  isSame(other: Access): boolean {
    return this.#digest === other.#digest;
  }
}

/**
 * Reads what credentials name.
 *
 * @returns undefined for credentials that say nothing
 * @throws BaseError `BAD_SECRET` or `BAD_TLS_FILE` naming the file
 */
export async function loadAccess({ authorization, tls, allowsPlainHttp }: Credentials): Promise<Access | undefined> {
  const { serverName: servername, isUnverified } = tls;
  const [ca, cert, key] = await Promise.all([tls.caFile, tls.certFile, tls.keyFile].map(readPem));
  if (tls.caFile !== undefined) checkCertificates(tls.caFile, ca ?? "");
  const header = authorization && headerOf(authorization, await authorization.secret.read());
  if ([header, ca, cert, servername].every((part) => part === undefined) && !isUnverified) return undefined;
  const options = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  return new Access({
    authorization: header,
    tls: {
      secureContext: secureContextOf(options, tls.certFile),
      rejectUnauthorized: !isUnverified,
      ...(servername !== undefined && { servername }),
    },
    allowsPlainHttp,
    digest: digestOf([header, ca, cert, key, servername, isUnverified, allowsPlainHttp]),
  });
}

function headerOf({ type, username }: { type: string; username: string }, secret: string): string {
  return type === "basic" ? `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}` : `${type} ${secret}`;
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, "utf8").catch((error: unknown) => {
    throw new BaseError("BAD_TLS_FILE", `TLS file can't be read: ${messageOf(error)}`, { cause: error });
  });
}

/** OpenSSL takes a file without certificates for one that trusts nobody, and says nothing. */
function checkCertificates(path: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new BaseError("BAD_TLS_FILE", `ca_file ${path} holds no certificate in PEM`, { cause: error });
  }
}

function secureContextOf(
  options: { ca?: string; cert?: string; key?: string },
  certFile: string | undefined,
): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    const what = `cert_file ${certFile ?? ""} and its key_file can't be used: ${messageOf(error)}`;
    throw new BaseError("BAD_TLS_FILE", what, { cause: error });
  }
}

function digestOf(parts: readonly unknown[]): string {
  return createHash("sha256")
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest("hex");
}
