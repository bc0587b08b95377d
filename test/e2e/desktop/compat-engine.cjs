// Starts the engine's process in a Node that is older than those that it is built for. For tests only.
'use strict';
const fs = require('node:fs/promises');
const os = require('node:os');
const v8 = require('node:v8');

globalThis.structuredClone ??= (value) => v8.deserialize(v8.serialize(value));
globalThis.performance ??= require('node:perf_hooks').performance;
globalThis.crypto ??= require('node:crypto').webcrypto;
globalThis.Blob ??= require('node:buffer').Blob;
Object.assign(globalThis, { ...require('node:stream/web'), ...globalThis });
os.availableParallelism ??= () => os.cpus().length;
fs.statfs ??= () => Promise.resolve({ bavail: 1e9, bsize: 4096 });

const [file] = process.argv.splice(2, 1);
require(file);
