import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "@ethereumjs/wallet";
import { keccak256, recoverTransactionAddress, toHex, type TransactionSerializedEIP1559 } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { externalSigner } from "./external.ts";
import { keystoreSigner } from "./keystore.ts";
import { rawKeySigner } from "./raw-key.ts";
import type { Signer } from "./signer.ts";

/** The first key of the well-known test mnemonic, and its address. */
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const TRANSACTION = {
  chainId: 31337,
  nonce: 7,
  to: "0x5E661B79FE2D3F6cE70F5AAC07d8Cd9abb2743F1",
  data: "0x1234",
  gas: 100_000n,
  maxFeePerGas: 3_000_000_000n,
  maxPriorityFeePerGas: 1_000_000_000n,
} as const;
const folder = mkdtempSync(join(tmpdir(), "bc-keys-"));
let server: Server | undefined;
afterEach(() => server?.close());
afterAll(() => rmSync(folder, { recursive: true }));

async function expectSigns(signer: Signer): Promise<void> {
  const serializedTransaction = (await signer.sign(TRANSACTION)) as TransactionSerializedEIP1559;
  expect(signer.address).toBe(ADDRESS);
  expect(await recoverTransactionAddress({ serializedTransaction })).toBe(ADDRESS);
}

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe("a key as text", () => {
  it("signs, with or without 0x", async () => {
    await expectSigns(rawKeySigner(KEY));
    await expectSigns(rawKeySigner(` ${KEY.slice(2)}\n`));
  });

  it.each(["", "0x12", `${KEY}00`, `0x${"0".repeat(64)}`, `0x${"f".repeat(64)}`, KEY.replace("a", "g")])(
    "that is none is refused and not repeated: %#",
    (text) => {
      let message = "";
      try {
        rawKeySigner(text);
      } catch (error) {
        message = `${String(error)} ${String((error as Error).cause)}`;
      }
      expect(message).toMatch(/^BaseError: a private key can't be used/);
      expect(text.length > 2 && message.includes(text.slice(2))).toBe(false);
    },
  );
});

describe("a keystore", () => {
  it("opens with its password, whatever ends the line", async () => {
    const wallet = Wallet.fromPrivateKey(Buffer.from(KEY.slice(2), "hex"));
    const store = await wallet.toV3String("open sesame", { kdf: "scrypt", n: 1_024 });
    const path = file("store.json", store);
    await expectSigns(await keystoreSigner(path, file("password", "open sesame\r\n")));
    const spelled = file("spelled.json", store.replace('"crypto"', '"Crypto"'));
    await expectSigns(await keystoreSigner(spelled, file("password", "open sesame")));
    await expect(keystoreSigner(path, file("wrong", "open"))).rejects.toThrow(/can't be opened: wrong password/);
  });

  it("that isn't there or is none is named, without what the file says", async () => {
    const password = file("password", "secret words");
    await expect(keystoreSigner(join(folder, "none"), password)).rejects.toMatchObject({ code: "BAD_KEYSTORE" });
    await expect(keystoreSigner(password, password)).rejects.toThrow(/it is no JSON$/);
    await expect(keystoreSigner(file("list", "[]"), password)).rejects.toMatchObject({ code: "BAD_KEYSTORE" });
    await expect(keystoreSigner(file("old", '{"version":1}'), password)).rejects.toThrow(/can't be opened/);
  });
});

describe("an external signer", () => {
  const account = privateKeyToAccount(KEY);

  /** Answers as web3signer does, with what `sign` makes of a transaction. */
  async function serve(sign: (transaction: typeof TRANSACTION) => unknown): Promise<string> {
    server = createServer((request, response) => {
      void json(request).then(async (call) => {
        const { method } = call as { method: string };
        const result = method === "eth_accounts" ? [ADDRESS.toLowerCase()] : await sign(TRANSACTION);
        response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://user:secret@127.0.0.1:${(server.address() as { port: number }).port}`.replace("user:secret@", "");
  }

  it("signs, whether it answers with the bytes or with an object", async () => {
    const signed = (transaction: typeof TRANSACTION) => account.signTransaction({ type: "eip1559", ...transaction });
    await expectSigns(await externalSigner(await serve(signed), ADDRESS));
    server?.close();
    await expectSigns(await externalSigner(await serve(async (one) => ({ raw: await signed(one), tx: {} })), ADDRESS));
  });

  it.each([
    ["another nonce", { ...TRANSACTION, nonce: 8 }, KEY],
    ["another target", { ...TRANSACTION, to: ADDRESS }, KEY],
    ["money in it", { ...TRANSACTION, value: 1n }, KEY],
    ["another key", TRANSACTION, keccak256(toHex("other"))],
  ] as const)("that gives back one with %s is not believed", async (_, changed, key) => {
    const other = privateKeyToAccount(key);
    const url = await serve(() => other.signTransaction({ type: "eip1559", ...changed }));
    const signer = await externalSigner(url, ADDRESS);
    await expect(signer.sign(TRANSACTION)).rejects.toThrow(/it signed something else/);
  });

  it("without the account, or away, is named", async () => {
    const url = await serve(() => "nonsense");
    await expect(externalSigner(url, TRANSACTION.to)).rejects.toMatchObject({ code: "BAD_SIGNER" });
    await expect((await externalSigner(url, ADDRESS)).sign(TRANSACTION)).rejects.toThrow(/gave no transaction back/);
    await expect(externalSigner("http://127.0.0.1:1", ADDRESS)).rejects.toMatchObject({
      code: "SIGNER_UNREACHABLE",
      isRetryable: true,
    });
  });
});
