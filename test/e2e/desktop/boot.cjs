// Starts the built app in the Electron for tests: what the app may expect of its own Electron, and this one
// lacks, is added first.
'use strict';
const path = require('node:path');
const { app } = require('electron');
require('./compat.cjs');

// A window that opens while Playwright attaches can leave it waiting for ever. So the app is held until it has
// attached; `__playwright_run` is what it calls then.
const attached = new Promise((resolve) => {
  globalThis.__playwright_run = resolve;
});
const ready = app.whenReady();
app.whenReady = async () => {
  await ready;
  await attached;
};

app.setPath('userData', process.env.MORPHLOOM_TEST_USER_DATA);
app.setAppLogsPath(path.join(process.env.MORPHLOOM_TEST_USER_DATA, 'logs'));
require(process.env.MORPHLOOM_TEST_MAIN);
