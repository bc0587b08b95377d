import type { Command } from '../../lib/commands.svelte.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
import type { Desk } from './desk.svelte.ts';
import { duplicateKeyframe, removeKeyframe, removePoint } from './edits.ts';

/** Goes to the keyframe before or after the playhead. */
export function jump(desk: Desk, by: 1 | -1): void {
  const { preview } = desk;
  const stops = [...preview.keyframesAt].sort((a, b) => a - b);
  const next =
    by > 0
      ? (stops.find((frame) => frame > preview.frame) ?? stops[0])
      : (stops.findLast((frame) => frame < preview.frame) ?? stops.at(-1));
  if (next !== undefined) preview.seek(next);
}

/** Goes to where a keyframe is first met. */
export function jumpTo(desk: Desk, index: number): void {
  const frame = desk.preview.keyframesAt[index];
  if (frame === undefined) return;
  desk.preview.pause();
  desk.preview.seek(frame);
}

/** Takes away what is chosen. */
export function removeChosen(desk: Desk): void {
  const { chosen, timeline } = desk;
  if (chosen?.kind === 'point') {
    desk.edit(t.morph.steps.point, (draft) => removePoint(draft, chosen.track, chosen.point));
    desk.chosen = null;
  } else if (chosen?.kind === 'keyframe') {
    const index = timeline.keyframes.findIndex(({ key }) => key === chosen.key);
    desk.edit(t.morph.steps.remove, (draft) => removeKeyframe(draft, chosen.key));
    const next = desk.timeline.keyframes[Math.min(index, desk.timeline.keyframes.length - 1)];
    desk.chosen = next === undefined ? null : { kind: 'keyframe', key: next.key };
  }
}

export function repeatChosen(desk: Desk): void {
  const { chosen } = desk;
  if (chosen?.kind !== 'keyframe') return;
  let copy: string | null = null;
  desk.edit(t.morph.steps.repeat, (draft) => {
    copy = duplicateKeyframe(draft, chosen.key);
  });
  if (copy !== null) desk.chosen = { kind: 'keyframe', key: copy };
}

/** What the keyboard and the palette offer in this room. */
export function morphCommands(desk: Desk, exportIt: () => void): Command[] {
  const group = t.common.rooms.morph;
  const { preview } = desk;
  const moves = (): boolean => preview.frames > 0;
  const command = (id: string, title: string, shortcut: string, run: () => void, when = moves): Command => ({
    id: `morph.${id}`,
    title,
    group,
    shortcut,
    when,
    run,
  });
  const canEdit = (kind: string) => (): boolean => desk.chosen?.kind === kind && studio.canWrite;
  const always = (): boolean => true;
  return [
    command('play', t.morph.play, 'space', () => preview.toggle()),
    command('start', t.morph.toStart, 'home', () => preview.seek(0)),
    command('frame-back', t.morph.previousFrame, ',', () => preview.step(-1)),
    command('frame-on', t.morph.nextFrame, '.', () => preview.step(1)),
    command('picture-back', t.morph.previousPicture, '[', () => jump(desk, -1)),
    command('picture-on', t.morph.nextPicture, ']', () => jump(desk, 1)),
    command('onion', t.morph.onion, 'o', () => (desk.onion = !desk.onion)),
    command('zoom-in', t.morph.zoomIn, '+', () => (desk.zoom = Math.min(8, desk.zoom * 1.5))),
    command('zoom-out', t.morph.zoomOut, '-', () => (desk.zoom = Math.max(1, desk.zoom / 1.5))),
    command(
      'remove',
      t.morph.removePicture,
      'delete',
      () => removeChosen(desk),
      () => canEdit('keyframe')() || canEdit('point')(),
    ),
    command('repeat', t.morph.repeatPicture, 'mod+d', () => repeatChosen(desk), canEdit('keyframe')),
    command(
      'new',
      t.morph.newMorph,
      'mod+shift+n',
      () => void desk.begin(),
      () => studio.canWrite,
    ),
    command(
      'walk',
      t.morph.walk,
      'r',
      () => void desk.walk(),
      () => studio.canWrite && studio.run !== null,
    ),
    command('export', t.morph.exportThis, 'mod+e', exportIt, () => moves() && studio.canWrite),
    command('settings', t.morph.ofMorph, 'escape', () => (desk.chosen = null), always),
  ];
}
