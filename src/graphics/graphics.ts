import { ipcRenderer } from 'electron';
import {
  GRAPHICS_CHANNEL,
  type GraphicsAnswer,
  type GraphicsQuestion,
} from '../contract/graphics/messages.ts';
import { describeCard } from './card.ts';
import { lend } from './lend.ts';
import { openLine } from './line.ts';

/** The hidden window: it lends Chromium's WebGPU to the process that computes, and does nothing else. */
ipcRenderer.once(GRAPHICS_CHANNEL, ({ ports: [port] }) => {
  if (port === undefined) return;
  port.onmessage = ({ data }) => {
    answer(data as GraphicsQuestion)
      .catch((error: unknown): GraphicsAnswer => ({ problem: (error as Error).message }))
      .then((said) => port.postMessage(said))
      .catch((error: unknown) => console.error(error));
  };
});

async function answer({ limits, line }: GraphicsQuestion): Promise<GraphicsAnswer> {
  return { card: line === null ? await describeCard(limits) : await lend(await openLine(line), limits) };
}
