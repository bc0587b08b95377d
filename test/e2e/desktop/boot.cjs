// Starts the built app in the Electron for tests: what the app may expect of its own Electron, and this one
// lacks, is added first.
'use strict';
const path = require('node:path');
const { app } = require('electron');
require('./compat.cjs');

app.setPath('userData', process.env.MORPHLOOM_TEST_USER_DATA);
app.setAppLogsPath(path.join(process.env.MORPHLOOM_TEST_USER_DATA, 'logs'));
require(process.env.MORPHLOOM_TEST_MAIN);
