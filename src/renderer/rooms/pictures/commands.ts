import type { PictureState } from '../../../contract/studio/state.ts';
import { choosePictures } from '../../frame/choosePictures.ts';
import type { Command } from '../../lib/commands.svelte.ts';
import { preferences } from '../../lib/preferences.svelte.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';

/** Sides of the grid's pictures, in pixels. */
export const SIDES = { least: 48, most: 280 };
const LARGER = 1.25;

interface Doings {
  readonly chosen: () => readonly PictureState[];
  readonly crop: (picture: PictureState) => void;
  readonly placeEyes: () => void;
  readonly remove: () => void;
  readonly selectAll: () => Promise<void>;
  readonly show: (panel: 'set-aside' | 'settings') => void;
}

function resize(by: number): void {
  const side = Math.round(preferences.gridSide * by);
  preferences.gridSide = Math.min(Math.max(side, SIDES.least), SIDES.most);
}

/** What can be done in the room Pictures. */
export function pictureCommands({ chosen, crop, placeEyes, remove, selectAll, show }: Doings): Command[] {
  const { commands } = t.pictures;
  const group = t.common.rooms.pictures;
  const some = (): boolean => chosen().length > 0 && studio.canWrite;
  return [
    { id: 'pictures.add', title: commands.add, group, shortcut: 'mod+i', run: () => void choosePictures() },
    {
      id: 'pictures.selectAll',
      title: commands.selectAll,
      group,
      shortcut: 'mod+a',
      run: () => void selectAll(),
    },
    { id: 'pictures.setAside', title: commands.setAside, group, run: () => show('set-aside') },
    { id: 'pictures.settings', title: commands.settings, group, run: () => show('settings') },
    {
      id: 'pictures.crop',
      title: commands.crop,
      group,
      shortcut: 'c',
      when: some,
      run: () => {
        const [first] = chosen();
        if (first !== undefined) crop(first);
      },
    },
    { id: 'pictures.eyes', title: commands.eyes, group, shortcut: 'e', when: some, run: placeEyes },
    { id: 'pictures.remove', title: commands.remove, group, shortcut: 'delete', when: some, run: remove },
    { id: 'pictures.larger', title: commands.larger, group, shortcut: 'mod+=', run: () => resize(LARGER) },
    {
      id: 'pictures.smaller',
      title: commands.smaller,
      group,
      shortcut: 'mod+-',
      run: () => resize(1 / LARGER),
    },
  ];
}
