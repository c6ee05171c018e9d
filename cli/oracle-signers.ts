import type { Signer } from "#api/src/jobs/settlement/keys/signer.ts";
import { BaseError } from "#kernel/errors.ts";
import type { Settings } from "#kernel/settings.ts";

type KeySettings = Pick<Settings, "keystore" | "passwordFile" | "signerUrl" | "signerAddress">;

/**
 * Who signs, from the one place that the settings name.
 *
 * @param keys raw private keys, by commas; "" for none
 * @throws BaseError `BAD_SETTINGS` if none or several places are named, or half of one; what the place itself throws
 */
export async function oracleSigners(settings: KeySettings, keys: string): Promise<[Signer, ...Signer[]]> {
  const { keystore, passwordFile, signerUrl, signerAddress } = settings;
  const places = [keystore || passwordFile, signerUrl || signerAddress, keys].filter((place) => place !== "");
  if (places.length !== 1) throw badKeys(places.length === 0 ? "no key is given" : "several keys' places are given");
  if (keystore || passwordFile) {
    if (keystore === "" || passwordFile === "")
      throw badKeys("a keystore needs its password file, and the other way round");
    const { keystoreSigner } = await import("#api/src/jobs/settlement/keys/keystore.ts");
    return [await keystoreSigner(keystore, passwordFile)];
  }
  if (signerUrl || signerAddress) {
    if (signerUrl === "" || signerAddress === "") throw badKeys("an external signer needs its URL and an address");
    const { externalSigner } = await import("#api/src/jobs/settlement/keys/external.ts");
    return [await externalSigner(signerUrl, signerAddress)];
  }
  const { rawKeySigner } = await import("#api/src/jobs/settlement/keys/raw-key.ts");
  const [first = "", ...rest] = keys.split(",");
  return [rawKeySigner(first), ...rest.map(rawKeySigner)];
}

function badKeys(message: string): BaseError {
  return new BaseError("BAD_SETTINGS", message, {
    hints: [
      "name a keystore: --keystore FILE --password-file FILE",
      "or an external signer: --signer URL --signer-address 0x…",
      "or, on a local chain, set ORACLE_KEYS to a private key",
    ],
  });
}
