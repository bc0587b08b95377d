// What Electron 22 lacks of the Electron that users get, as far as main uses it. For tests only.
'use strict';
const { Buffer } = require('node:buffer');
const path = require('node:path');
const { app, protocol, session, utilityProcess } = require('electron');

globalThis.Response ??= class Response {
  constructor(body, { status = 200, headers = {} } = {}) {
    Object.assign(this, { body, status, headers });
  }
};

protocol.handle ??= (scheme, handler) => {
  protocol.registerBufferProtocol(scheme, (request, answer) => {
    handler(request).then(
      ({ body, status, headers }) => answer({ statusCode: status, headers, data: Buffer.from(body) }),
      () => answer({ error: -2 }),
    );
  });
};

const { fork } = utilityProcess;
utilityProcess.fork = (file, args, options) => {
  const other = path.basename(file) === 'engine.cjs' && process.env.MORPHLOOM_TEST_ENGINE;
  return fork(path.join(__dirname, 'compat-engine.cjs'), [other || file, ...args], options);
};

void app.whenReady().then(() => {
  session.defaultSession.setPreloads([path.join(__dirname, 'compat-preload.cjs')]);
  const graphics = session.fromPartition('graphics', { cache: false });
  graphics.setPreloads([path.join(__dirname, 'compat-graphics.cjs')]);
});
