// The way to a file's path, as newer Electrons have it. For tests only.
'use strict';
const electron = require('electron');

electron.webUtils ??= { getPathForFile: (file) => file.path };
