// Begins a packaged app in the Electron for tests, and lets a test reach its page: over a socket of the file
// system, as the app is cut off from every network, and a burnt-in fuse keeps debuggers out.
'use strict';
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');
const { app, BrowserWindow } = require('electron');
require('./compat.cjs');

app.setPath('userData', process.env.MORPHLOOM_TEST_USER_DATA);
app.setAppLogsPath(path.join(process.env.MORPHLOOM_TEST_USER_DATA, 'logs'));

void app.whenReady().then(() => {
  const socket = net.connect(process.env.MORPHLOOM_TEST_SOCKET);
  // Not the hidden one that may compute.
  const contents = () =>
    BrowserWindow.getAllWindows()
      .map(({ webContents }) => webContents)
      .find((one) => one.getURL().startsWith('app:'));
  const doings = {
    page: (expression) => contents().executeJavaScript(expression),
    picture: async () => (await contents().capturePage()).toPNG().toString('base64'),
    about: () => ({ packaged: app.isPackaged, path: app.getAppPath(), electron: process.versions.electron }),
    quit: () => app.quit(),
  };
  readline.createInterface({ input: socket }).on('line', (line) => {
    const { id, doing, argument } = JSON.parse(line);
    const answer = (what) => socket.write(`${JSON.stringify({ id, ...what })}\n`);
    Promise.resolve()
      .then(() => doings[doing](argument))
      .then(
        (value) => answer({ value: value ?? null }),
        (error) => answer({ error: String(error) }),
      );
  });
});

require('../dist/main/main.cjs');
