import type { Axis } from './axis.ts';
import type { Desk } from './desk.svelte.ts';
import { forwardTime } from './timing.ts';

/** Follows a pointer until it is let go. */
export function follow(
  event: PointerEvent,
  move: (event: PointerEvent) => void,
  end: () => void = () => undefined,
): void {
  if (event.button !== 0) return;
  const target = event.currentTarget as HTMLElement;
  target.setPointerCapture(event.pointerId);
  const stop = (): void => {
    target.removeEventListener('pointermove', move);
    target.removeEventListener('pointerup', stop);
    target.removeEventListener('pointercancel', stop);
    end();
  };
  target.addEventListener('pointermove', move);
  target.addEventListener('pointerup', stop);
  target.addEventListener('pointercancel', stop);
}

/** Lets the playhead follow the pointer; what played goes on playing from where it is let go. */
export function scrub(
  event: PointerEvent,
  desk: Desk,
  axis: Axis,
  xOf: (event: { clientX: number }) => number,
): void {
  if (event.button !== 0) return;
  const { preview } = desk;
  const played = preview.playing;
  const seek = (at: { clientX: number }): void =>
    preview.seek(Math.round(axis.time(xOf(at)) * preview.framesPerSecond));
  preview.pause();
  seek(event);
  follow(event, seek, () => played && preview.play());
}

/** Where on the axis the frame on screen is, there and back. */
export const playheadX = (desk: Desk, axis: Axis): number =>
  axis.x(forwardTime(desk.timing, desk.preview.frame / desk.preview.framesPerSecond));
