import * as path from 'node:path';
import { ipcMain, type IpcMainEvent, type WebContents } from 'electron';
import { z } from 'zod';
import { CHANNELS } from '../contract/studio/bridge.ts';
import { log } from './log.ts';
import { isFromOurPage } from './security.ts';

const absolute = z
  .string()
  .min(1)
  .max(4096)
  .refine((file) => path.isAbsolute(file), 'must be an absolute path');
const text = z.string().max(1000);

/** What the page may send, by channel, as it is checked when it arrives. */
const MESSAGES = {
  connect: z.int().min(0),
  reveal: absolute,
  dragOut: absolute,
  notify: z.strictObject({ title: text, body: text }),
  showProgress: z.number().min(0).max(1).nullable(),
  reportProblem: z.undefined(),
  listening: z.enum(['command', 'openProject']),
  setBusy: z.strictObject({ training: z.boolean(), exporting: z.boolean() }),
  projectOpened: z.strictObject({ folder: absolute, name: text }).nullable(),
  setTheme: z.enum(['light', 'dark', 'system']),
} as const;
type Messages = typeof MESSAGES;
type Message = keyof Messages;

/** What is done with a message that passed; `contents` is the page that it came from. */
export type MessageActions = {
  readonly [M in Message]: (value: z.output<Messages[M]>, contents: WebContents) => void;
};

/** What the page asks and gets an answer to; none of them takes anything. */
export interface QuestionActions {
  choosePictures(contents: WebContents): Promise<readonly string[] | null>;
  chooseProject(contents: WebContents): Promise<string | null>;
  chooseTable(contents: WebContents): Promise<string | null>;
}

/** Opens the channels. What comes from elsewhere than our page, or is not as agreed, goes no further. */
export function listenToPage(messages: MessageActions, questions: QuestionActions): void {
  for (const name of Object.keys(MESSAGES) as Message[]) {
    ipcMain.on(CHANNELS[name], (event: IpcMainEvent, value: unknown) => {
      const checked = MESSAGES[name].safeParse(value);
      if (!isFromOurPage(event) || !checked.success) {
        log.warn('refused a message:', name, event.senderFrame?.url, checked.error?.message);
        return;
      }
      (messages[name] as (value: unknown, contents: WebContents) => void)(checked.data, event.sender);
    });
  }
  for (const name of ['choosePictures', 'chooseProject', 'chooseTable'] as const) {
    ipcMain.handle(CHANNELS[name], (event) => {
      if (!isFromOurPage(event)) throw new Error('Only the studio may ask this.');
      return questions[name](event.sender);
    });
  }
}
