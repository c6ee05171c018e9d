import type { Signer } from "#api/src/jobs/keys/signer.ts";
import { BaseError } from "#kernel/errors.ts";
import type { Settings } from "#kernel/settings.ts";

/** How the places of a key are named to people. */
export interface KeyNames {
  keystore: string;
  passwordFile: string;
  signer: string;
  address: string;
  keys: string;
}

/** Those of `bc oracle`. */
export const ORACLE_KEY_NAMES: KeyNames = {
  keystore: "--keystore",
  passwordFile: "--password-file",
  signer: "--signer",
  address: "--signer-address",
  keys: "ORACLE_KEYS",
};

type KeySettings = Pick<Settings, "keystore" | "passwordFile" | "signerUrl" | "signerAddress">;

/**
 * Who signs, from the one place that the settings name.
 *
 * @param keys raw private keys, by commas; "" for none
 * @param names how the places are called
 * @throws BaseError `BAD_SETTINGS` if none or several places are named, or half of one; what the place itself throws
 */
export async function oracleSigners(
  settings: KeySettings,
  keys: string,
  names: KeyNames = ORACLE_KEY_NAMES,
): Promise<[Signer, ...Signer[]]> {
  const { keystore, passwordFile, signerUrl, signerAddress } = settings;
  const places = [keystore || passwordFile, signerUrl || signerAddress, keys].filter((place) => place !== "");
  if (places.length !== 1)
    throw badKeys(places.length === 0 ? "no key is given" : "several keys' places are given", names);
  if (keystore || passwordFile) {
    if (keystore === "" || passwordFile === "")
      throw badKeys("a keystore needs its password file, and the other way round", names);
    const { keystoreSigner } = await import("#api/src/jobs/keys/keystore.ts");
    return [await keystoreSigner(keystore, passwordFile)];
  }
  if (signerUrl || signerAddress) {
    if (signerUrl === "" || signerAddress === "")
      throw badKeys("an external signer needs its URL and an address", names);
    const { externalSigner } = await import("#api/src/jobs/keys/external.ts");
    return [await externalSigner(signerUrl, signerAddress)];
  }
  const { rawKeySigner } = await import("#api/src/jobs/keys/raw-key.ts");
  const [first = "", ...rest] = keys.split(",");
  return [rawKeySigner(first), ...rest.map(rawKeySigner)];
}

function badKeys(message: string, names: KeyNames): BaseError {
  return new BaseError("BAD_SETTINGS", message, {
    hints: [
      `name a keystore: ${names.keystore} FILE ${names.passwordFile} FILE`,
      `or an external signer: ${names.signer} URL ${names.address} 0x…`,
      `or, on a local chain, set ${names.keys} to a private key`,
    ],
  });
}
