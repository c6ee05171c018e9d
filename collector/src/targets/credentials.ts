import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BaseError, messageOf } from "#kernel/errors.ts";
import type { Section } from "./section.ts";
import { UNSUPPORTED_IN_TLS } from "./unsupported.ts";

/** A password or token. It can't be printed: nothing but `read` gives it. */
export class Secret {
  /** where it is read from; undefined for one that stands in the configuration */
  readonly file: string | undefined;
  readonly #text: string;

  constructor(source: { text: string } | { file: string }) {
    this.file = "file" in source ? source.file : undefined;
    this.#text = "text" in source ? source.text : "";
  }

  /** @throws BaseError `BAD_SECRET` if its file can't be read, or holds no secret */
  async read(): Promise<string> {
    if (this.file === undefined) return this.#text;
    const text = (
      await readFile(this.file, "utf8").catch((error: unknown) => {
        throw new BaseError("BAD_SECRET", `secret file can't be read: ${messageOf(error)}`, { cause: error });
      })
    ).trim();
    // What isn't printable can't stand in a header.
    if (text !== "" && text.length <= 8_192 && /^[\x20-\x7e]*$/.test(text)) return text;
    throw new BaseError("BAD_SECRET", `secret file ${this.file} must hold one line of printable ASCII`);
  }
}

/** How somebody is asked: what a job or an http_sd says of authorization and TLS. */
export interface Credentials {
  /** "basic" or the type of a token, mostly "Bearer" */
  authorization: { type: string; username: string; secret: Secret } | undefined;
  tls: {
    caFile: string | undefined;
    certFile: string | undefined;
    keyFile: string | undefined;
    serverName: string | undefined;
    isUnverified: boolean;
  };
  /** the secret may go over plain http */
  allowsPlainHttp: boolean;
}

/** Reads `basic_auth`, `authorization`, `bearer_token(_file)`, `tls_config` and `allow_plain_http`. */
export function readCredentials(section: Section, dir: string): Credentials {
  const found = [basicAuth(section, dir), tokenAuth(section, dir), bearerToken(section, dir)].filter(
    (way) => way !== undefined,
  );
  if (found.length > 1) section.fault("", "has several of basic_auth, authorization and bearer_token: keep one");
  const allowsPlainHttp = section.flag("allow_plain_http") ?? false;
  return { authorization: found[0], tls: tlsConfig(section, dir), allowsPlainHttp };
}

/** Every file that such credentials are read from. */
export function filesOf({ authorization, tls }: Credentials): string[] {
  return [authorization?.secret.file, tls.caFile, tls.certFile, tls.keyFile].filter((file) => file !== undefined);
}

type Authorization = Credentials["authorization"];

function basicAuth(section: Section, dir: string): Authorization {
  const basic = section.section("basic_auth");
  if (!basic) return undefined;
  const username = basic.text("username") ?? "";
  if (username.includes(":")) basic.fault("username", "must not hold a colon");
  const secret = readSecret(basic, "password", "password_file", dir) ?? new Secret({ text: "" });
  basic.end({ username_file: "write the user's name as username", username_ref: "write it as username" });
  return { type: "basic", username, secret };
}

function tokenAuth(section: Section, dir: string): Authorization {
  const authorization = section.section("authorization");
  if (!authorization) return undefined;
  const type = authorization.text("type") ?? "Bearer";
  if (!/^[\w-]+$/.test(type)) authorization.fault("type", "must be one word, such as Bearer");
  if (type.toLowerCase() === "basic") authorization.fault("type", "is Basic: use basic_auth");
  const secret = readSecret(authorization, "credentials", "credentials_file", dir);
  if (!secret) authorization.fault("", "needs credentials or credentials_file");
  authorization.end({ credentials_ref: "write a credentials_file" });
  return secret && { type, username: "", secret };
}

function bearerToken(section: Section, dir: string): Authorization {
  const secret = readSecret(section, "bearer_token", "bearer_token_file", dir);
  return secret && { type: "Bearer", username: "", secret };
}

function readSecret(section: Section, key: string, fileKey: string, dir: string): Secret | undefined {
  const [text, file] = [section.text(key), section.text(fileKey)];
  if (text !== undefined && file !== undefined) section.fault(fileKey, `stands beside ${key}: keep one`);
  if (text !== undefined && !/^[\x20-\x7e]*$/.test(text)) section.fault(key, "must be printable ASCII");
  if (file !== undefined) return new Secret({ file: resolve(dir, file) });
  return text === undefined ? undefined : new Secret({ text });
}

function tlsConfig(section: Section, dir: string): Credentials["tls"] {
  const tls = section.section("tls_config");
  const file = (key: string): string | undefined => {
    const path = tls?.text(key);
    return path === undefined ? undefined : resolve(dir, path);
  };
  const [caFile, certFile, keyFile] = [file("ca_file"), file("cert_file"), file("key_file")];
  if ((certFile === undefined) !== (keyFile === undefined))
    tls?.fault("", "needs both cert_file and key_file, or none");
  const serverName = tls?.text("server_name");
  const isUnverified = tls?.flag("insecure_skip_verify") ?? false;
  tls?.end(UNSUPPORTED_IN_TLS);
  return { caFile, certFile, keyFile, serverName, isUnverified };
}
