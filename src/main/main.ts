import * as path from 'node:path';
import { app } from 'electron';
import { allowGraphics } from './graphics-window.ts';
import { startLog } from './log.ts';
import { OpenRequests, projectsIn } from './open-requests.ts';
import { hardenProcess, hardenSession } from './security.ts';
import { openSettings } from './settings.ts';
import { Studio } from './studio.ts';

// Both before the app is ready, and before anything that reads a path from its name.
app.setName('Morphloom');
app.setAppUserModelId('studio.morphloom');
hardenProcess();
allowGraphics();

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  startLog();
  const requests = new OpenRequests();
  for (const folder of projectsIn(process.argv, process.cwd())) requests.add(folder);
  // A Mac tells of a double click by an event, at the start before the app is ready.
  app.on('open-file', (event, folder) => {
    event.preventDefault();
    requests.add(folder);
  });
  void app.whenReady().then(() => {
    hardenSession();
    const settings = openSettings(path.join(app.getPath('userData'), 'desktop.json'));
    const studio = new Studio(settings, requests);
    app.on('second-instance', (_event, argv, workingFolder) => {
      for (const folder of projectsIn(argv, workingFolder)) requests.add(folder);
      studio.show();
    });
    app.on('open-file', () => studio.show());
  });
}
