#!/usr/bin/env node
// `bc` from any folder: paths on the command line are those of the folder it is called in.
import { commandUrl } from "./bundle.mjs";

process.setSourceMapsEnabled(true);
await import(await commandUrl());
