import { offer, type Command } from '../lib/commands.svelte.ts';
import { undoable } from '../lib/history.svelte.ts';
import { preferences } from '../lib/preferences.svelte.ts';
import { ROOMS } from '../lib/rooms.ts';
import { studio } from '../lib/studio.svelte.ts';
import { shell } from '../shell/index.ts';
import { t } from '../strings/index.ts';
import { dialogs } from './dialogs.svelte.ts';

const { commands, groups } = t.common;
const inProject = (): boolean => studio.project !== null;

/** What can be done from anywhere. */
export function offerAppCommands(): () => void {
  const rooms = ROOMS.map((room, index): Command => ({
    id: `${room}.show`,
    title: t.common.rooms[room],
    group: groups.go,
    shortcut: `mod+${index + 1}`,
    when: inProject,
    always: true,
    run: () => studio.go(room),
  }));
  const themes = (['system', 'dark', 'light'] as const).map((theme): Command => ({
    id: `theme.${theme}`,
    title: commands.theme(t.common.themes[theme]),
    group: groups.view,
    when: () => preferences.theme !== theme,
    run: () => (preferences.theme = theme),
  }));
  return offer([
    ...rooms,
    {
      id: 'palette.show',
      title: commands.palette,
      group: groups.help,
      shortcut: 'mod+k',
      always: true,
      run: () => (dialogs.open = 'palette'),
    },
    {
      id: 'shortcuts.show',
      title: commands.shortcuts,
      group: groups.help,
      shortcut: '?',
      run: () => (dialogs.open = 'shortcuts'),
    },
    {
      id: 'edit.undo',
      title: t.common.undo,
      group: groups.edit,
      shortcut: 'mod+z',
      when: () => undoable.now?.undoTitle != null,
      run: () => undoable.now?.undo(),
    },
    {
      id: 'edit.redo',
      title: t.common.redo,
      group: groups.edit,
      shortcut: 'mod+shift+z',
      when: () => undoable.now?.redoTitle != null,
      run: () => undoable.now?.redo(),
    },
    {
      id: 'project.new',
      title: commands.create,
      group: groups.project,
      run: () => (dialogs.open = 'new-project'),
    },
    {
      id: 'project.open',
      title: commands.open,
      group: groups.project,
      shortcut: 'mod+o',
      run: () => void openProject(),
    },
    {
      id: 'project.rename',
      title: commands.rename,
      group: groups.project,
      when: () => studio.canWrite,
      run: () => (dialogs.open = 'rename'),
    },
    {
      id: 'project.close',
      title: commands.home,
      group: groups.go,
      shortcut: 'mod+0',
      when: inProject,
      run: () => studio.leave(),
    },
    ...themes,
    ...(shell.reportProblem === undefined
      ? []
      : [
          {
            id: 'problem.report',
            title: commands.reportProblem,
            group: groups.help,
            run: () => shell.reportProblem?.(),
          },
        ]),
  ]);
}

/** Asks for a project's folder, the native way where there is one. */
export async function openProject(): Promise<void> {
  if (shell.chooseProject === undefined) {
    dialogs.open = 'open-project';
    return;
  }
  const folder = await shell.chooseProject();
  if (folder !== null) await studio.open(folder);
}
