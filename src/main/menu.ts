import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { SettingsData } from './settings.ts';
import { strings } from './strings.ts';

export interface MenuActions {
  /** Sends a command of the palette to the window. */
  command(name: string): void;
  openProject(folder: string): void;
  clearRecent(): void;
  reportProblem(): void;
}

const ROOMS = ['pictures', 'train', 'explore', 'morph', 'attributes', 'exports'] as const;

/**
 * The menu in the native place. Commands are the page's: it does them and their shortcuts, which are only
 * shown here, so that one press never does a thing twice.
 */
export function showMenu(recent: SettingsData['recent'], actions: MenuActions): void {
  const { menu } = strings;
  const mac = process.platform === 'darwin';
  const command = (label: string, name: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
    click: () => actions.command(name),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };

  const recentItems: MenuItemConstructorOptions[] =
    recent.length === 0
      ? [{ label: menu.noRecent, enabled: false }]
      : [
          ...recent.map(({ folder, name }) => ({
            label: name,
            toolTip: folder,
            click: () => actions.openProject(folder),
          })),
          separator,
          { label: menu.clearRecent, click: () => actions.clearRecent() },
        ];

  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: menu.file,
      submenu: [
        command(menu.newProject, 'project.new'),
        command(menu.openProject, 'project.open', 'CmdOrCtrl+O'),
        { label: menu.openRecent, submenu: recentItems },
        separator,
        command(menu.addPictures, 'pictures.add'),
        separator,
        command(menu.renameProject, 'project.rename'),
        command(menu.closeProject, 'project.close', 'CmdOrCtrl+0'),
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: menu.edit,
      submenu: [
        command(menu.undo, 'edit.undo', 'CmdOrCtrl+Z'),
        command(menu.redo, 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: menu.view,
      submenu: [
        ...ROOMS.map((room, i) => command(menu[room], `${room}.show`, `CmdOrCtrl+${i + 1}`)),
        separator,
        command(menu.palette, 'palette.show', 'CmdOrCtrl+K'),
        {
          label: menu.theme,
          submenu: (['dark', 'light', 'system'] as const).map((theme) =>
            command(menu[theme], `theme.${theme}`),
          ),
        },
        separator,
        { role: 'resetZoom', accelerator: 'CmdOrCtrl+Shift+0' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [separator, { role: 'toggleDevTools' as const }]),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        command(menu.shortcuts, 'shortcuts.show'),
        separator,
        { label: menu.reportProblem, click: () => actions.reportProblem() },
        ...(mac ? [] : [{ role: 'about' as const }]),
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
