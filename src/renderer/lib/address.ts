import { isRoom, type Room } from './rooms.ts';

/** Where the window is: kept in the address, so that a reloaded window comes back to the same place. */
export interface Address {
  readonly room: Room;
  /** The project's folder; null at home. */
  readonly project: string | null;
}

export function address(): Address {
  const fields = new URLSearchParams(location.hash.slice(1));
  const room = fields.get('room');
  return { room: isRoom(room) ? room : 'pictures', project: fields.get('project') };
}

export function rememberAddress({ room, project }: Address): void {
  const fields = new URLSearchParams({ room, ...(project === null ? {} : { project }) });
  history.replaceState(null, '', `#${fields.toString()}`);
}
