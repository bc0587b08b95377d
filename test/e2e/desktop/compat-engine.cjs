// Starts the engine's process in a Node that is older than those that it is built for. For tests only.
'use strict';
const [file] = process.argv.splice(2, 1);
require(file);
