import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { type Bridge, BRIDGE_NAME, CHANNELS, type PortMessage } from '../contract/studio/bridge.ts';

/** Listeners get the value only: Electron's event would hand them the way to every channel. */
function hear<T>(channel: string, listener: (value: T) => void): void {
  ipcRenderer.on(channel, (_event, value: T) => listener(value));
}

const bridge: Bridge = {
  connect: (id) => ipcRenderer.send(CHANNELS.connect, id),
  pathsOf: (files) =>
    files.map((file) => webUtils.getPathForFile(file as File)).filter((path) => path !== ''),
  choosePictures: () => ipcRenderer.invoke(CHANNELS.choosePictures) as ReturnType<Bridge['choosePictures']>,
  chooseProject: () => ipcRenderer.invoke(CHANNELS.chooseProject) as ReturnType<Bridge['chooseProject']>,
  chooseTable: () => ipcRenderer.invoke(CHANNELS.chooseTable) as ReturnType<Bridge['chooseTable']>,
  reveal: (path) => ipcRenderer.send(CHANNELS.reveal, path),
  dragOut: (path) => ipcRenderer.send(CHANNELS.dragOut, path),
  notify: (title, body) => ipcRenderer.send(CHANNELS.notify, { title, body }),
  showProgress: (part) => ipcRenderer.send(CHANNELS.showProgress, part),
  reportProblem: () => ipcRenderer.send(CHANNELS.reportProblem),
  onCommand: (listener) => {
    hear(CHANNELS.command, listener);
    ipcRenderer.send(CHANNELS.listening, 'command');
  },
  onOpenProject: (listener) => {
    hear(CHANNELS.openProject, listener);
    ipcRenderer.send(CHANNELS.listening, 'openProject');
  },
  setBusy: ({ training, exporting }) => ipcRenderer.send(CHANNELS.setBusy, { training, exporting }),
  projectOpened: (project) =>
    ipcRenderer.send(CHANNELS.projectOpened, project && { folder: project.folder, name: project.name }),
  setTheme: (theme) => ipcRenderer.send(CHANNELS.setTheme, theme),
};

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);

// A port cannot cross the bridge as a value; as a message from the window to itself it can. The end of the
// engine goes the same way, so that it cannot overtake a port.
ipcRenderer.on(CHANNELS.port, (event, id: number) => post({ morphloomPort: id }, event.ports));
ipcRenderer.on(CHANNELS.engineGone, () => post({ morphloomPort: null }, []));

function post(message: PortMessage, ports: MessagePort[]): void {
  window.postMessage(message, location.origin, ports);
}
