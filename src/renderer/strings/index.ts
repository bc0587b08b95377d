import { en } from './en.ts';

/** Every sentence of the window in one language; another language is another value of this type. */
export type Strings = typeof en;

export const t: Strings = en;
