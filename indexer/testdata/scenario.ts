import { encodeAbiParameters, parseAbiParameters, stringToHex, type Hex } from "viem";
import { SENDER, type TestChain } from "./chain.ts";

/** The account that the wildcard data source watches. */
export const WATCHED = "0x00000000000000000000000000000000000000aa";
/** Another one. */
export const OTHER = "0x00000000000000000000000000000000000000bb";

const HOUR = 3_600;

/** Values that show where decimals round, truncate and carry. */
const NUMBERS: readonly (readonly [bigint, bigint, string])[] = [
  [1n, 3n, "1"],
  [-1n, 3n, "1"],
  [7n, -2n, "0.1"],
  [-7n, -2n, "-2.50"],
  [0n, 5n, "1e10"],
  [12_345_678_901_234_567_890_123_456_789_012_345n, 9n, "1"],
  [-12_345_678_901_234_567_890_123_456_789_012_345n, 9n, "1"],
  [2n ** 255n - 1n, -(2n ** 255n), "0.000000000000000001"],
  [2_147_483_647n, 2n, "1_000.5"],
  [-2_147_483_648n, -1n, "99999999999999999999999999999999995"],
  [10n ** 40n, 10n ** 20n, "1e-20"],
];

const JSON_TEXTS = [
  '{"b":[1,2.50,-0,1e3,1.0E+2,123456789012345678901234567890],"a":{"x":null,"y":true,"x":false},"ü":"\\u00e9\\n"}',
  "[]",
  '"text"',
  "[1,]",
  "01",
  '{"a":1} x',
];

/** Emits every event and runs every command once, over several hours of chain time. */
export async function playEverything(chain: TestChain): Promise<void> {
  const transfer = (to: Hex, value: bigint): Promise<Hex> => chain.send("transfer", [to, value]);
  await transfer(WATCHED, 100n);
  await transfer(WATCHED, 950n);
  await transfer(OTHER, 7n);
  await chain.mine();
  await transfer(WATCHED, 1n);
  await chain.send("shape", ["0x00ff", "text ünï", [1n, 2n ** 200n], { who: SENDER.address, amount: -42n, note: "" }]);
  await chain.send("shape", ["0x", "", [], { who: WATCHED, amount: 2n ** 62n, note: "x".repeat(70) }]);
  await chain.mine(HOUR);
  for (const [a, b, text] of NUMBERS) await chain.send("numbers", [a, b, text]);
  await chain.mine();
  const command = (what: string, data: Hex = "0x"): Promise<Hex> => chain.send("command", [what, data]);
  for (const what of ["fill", "refill", "change", "partial", "remove", "replace", "auto", "related", "grow", "index"]) {
    await command(what);
    await chain.mine();
  }
  for (const text of JSON_TEXTS) {
    await command("json", stringToHex(text));
    await chain.mine();
  }
  // decoding takes one value: a tuple with dynamic members comes behind its offset
  const inside = encodeAbiParameters(parseAbiParameters("(uint256, string) x"), [[5n, "inside"]]);
  await command("convert", inside);
  await chain.mine();
  await command("convert", "0xff41c328000000");
  // remove and fill in one block, then two transfers of one account in one block
  await command("remove");
  await command("fill");
  await transfer(OTHER, 5n);
  await transfer(OTHER, 6n);
  await chain.mine(2 * HOUR);
  await chain.send("create", ["first"]);
  await chain.mine();
  await chain.send("create", ["second"]);
  await transfer(WATCHED, 3n);
  await chain.mine(20 * HOUR);
  await chain.mineEmpty(5);
  await transfer(WATCHED, 4n);
  await transfer(OTHER, 8n);
  await chain.mine(30 * HOUR);
  await transfer(OTHER, 9n);
  await chain.mine(25 * HOUR);
}
