import { readFile } from "node:fs/promises";
import { BaseError, messageOf } from "#kernel/errors.ts";
import { rawKeySigner } from "./raw-key.ts";
import type { Signer } from "./signer.ts";

/**
 * A signer by a keystore file (version 3, as geth, clef and Foundry write it) and a file with its password. Line ends
 * after the password are no part of it.
 *
 * @throws BaseError `BAD_KEYSTORE`
 */
export async function keystoreSigner(path: string, passwordPath: string): Promise<Signer> {
  const [text, password] = await Promise.all([read(path, "keystore"), read(passwordPath, "password file")]);
  const { Wallet } = await import("@ethereumjs/wallet");
  let key: string;
  try {
    // some programs write `Crypto` and `Version`
    key = (await Wallet.fromV3(text, password.replace(/[\r\n]+$/, ""), true)).getPrivateKeyString();
  } catch (error) {
    const isWrong = /passphrase/i.test(messageOf(error));
    throw new BaseError(
      "BAD_KEYSTORE",
      `keystore ${path} can't be opened: ${isWrong ? "wrong password" : reasonOf(error)}`,
      {
        hints: isWrong
          ? [`put its password into ${passwordPath}`]
          : ["name a keystore of version 3, as `cast wallet import` or `geth account new` write it"],
      },
    );
  }
  return rawKeySigner(key);
}

/** Parsers quote what they were given; a file given by mistake may be the password's. */
function reasonOf(error: unknown): string {
  return error instanceof SyntaxError ? "it is no JSON" : messageOf(error);
}

async function read(path: string, what: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new BaseError("BAD_KEYSTORE", `the ${what} ${path} can't be read: ${messageOf(cause)}`, {
      cause,
      hints: ["name it by --keystore and --password-file"],
    });
  });
}
