#!/usr/bin/env -S node --min-semi-space-size=8 --max-semi-space-size=24 --single-threaded-gc
// `bc` from any folder: paths on the command line are those of the folder it is called in. V8's settings, here and in
// package.json, save the indexer some of its CPU time: more room for young objects, and one thread to clear it.
import { commandUrl } from "./bundle.mjs";

process.setSourceMapsEnabled(true);
await import(await commandUrl());
