#!/usr/bin/env node
"use strict";
// Makes npm's `solc` look like the native compiler to forge, which calls it with --version and with --standard-json.
const { readFileSync, writeSync } = require("node:fs");

const args = process.argv.slice(2);
if (args.includes("--version")) {
  const { version } = require("solc/package.json"); // not solc itself: loading it costs 0.4 s on every forge command
  writeSync(1, `solc, the solidity compiler commandline interface\nVersion: ${version}+npm.Emscripten.clang\n`);
  process.exit(0);
}
if (!args.includes("--standard-json")) {
  process.stderr.write(`solc wrapper: unsupported arguments ${args.join(" ")}\n`);
  process.exit(2);
}
const output = Buffer.from(require("solc").compile(readFileSync(0, "utf8")));
for (let at = 0; at < output.length;) {
  try {
    at += writeSync(1, output, at);
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
  }
}
