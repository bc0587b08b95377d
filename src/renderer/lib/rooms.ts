/** The rooms of the studio, in the order of the rail and of an artist's work. */
export const ROOMS = ['pictures', 'train', 'explore', 'morph', 'attributes', 'exports'] as const;
export type Room = (typeof ROOMS)[number];

export const isRoom = (value: unknown): value is Room => ROOMS.some((room) => room === value);
