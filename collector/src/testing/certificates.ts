import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A key and a certificate, as files and as PEM. */
export interface Certificate {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

/** An authority of a test's own, made by openssl. */
export class TestAuthority {
  readonly caFile: string;
  readonly #dir: string;
  readonly #keyFile: string;

  private constructor(dir: string, name: string) {
    this.#dir = dir;
    this.caFile = join(dir, `${name}.pem`);
    this.#keyFile = join(dir, `${name}.key`);
  }

  /** Makes an authority in a folder. */
  static async make(dir: string, name = "ca"): Promise<TestAuthority> {
    const authority = new TestAuthority(dir, name);
    const files = ["-keyout", authority.#keyFile, "-out", authority.caFile];
    await run("openssl", ["req", "-x509", ...NEW_KEY, ...files, "-days", "2", "-subj", `/CN=${name}`]);
    return authority;
  }

  /** @param names subject alternative names, as openssl writes them; @param days less than 0: it has expired */
  async sign(file: string, names = "DNS:localhost,IP:127.0.0.1", days = 2): Promise<Certificate> {
    const path = (ending: string): string => join(this.#dir, `${file}.${ending}`);
    await writeFile(path("ext"), `subjectAltName=${names}\n`);
    const request = ["-keyout", path("key"), "-out", path("csr"), "-subj", `/CN=${file}`];
    await run("openssl", ["req", ...NEW_KEY, ...request]);
    const signed = ["-in", path("csr"), "-CA", this.caFile, "-CAkey", this.#keyFile, "-CAcreateserial"];
    const rest = ["-days", String(days), "-extfile", path("ext"), "-out", path("pem")];
    await run("openssl", ["x509", "-req", ...signed, ...rest]);
    const [certFile, keyFile] = [path("pem"), path("key")];
    return { certFile, keyFile, cert: await readFile(certFile, "utf8"), key: await readFile(keyFile, "utf8") };
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
