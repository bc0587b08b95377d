import { REPLY, encodeText } from '../contract/graphics/commands.ts';
import type { GraphicsAnswer, GraphicsCard } from '../contract/graphics/messages.ts';
import { openCard } from './card.ts';
import { Replay } from './replay.ts';

/** The stream of commands from the process that computes, and of answers to it. */
export interface Line {
  hear(tell: (message: Uint8Array) => void, ended: () => void): void;
  /** Sends the parts as one message. */
  send(...parts: readonly Uint8Array[]): void;
  /** Ends it when what was sent has gone. */
  end(): void;
}

/**
 * Does on the graphics card what comes over the line, until one of both is gone.
 * @param limits that the device is to have as high as its adapter has them
 * @returns the card; throws a sentence, which the other side has heard too, where there is none
 */
export async function lend(line: Line, limits: readonly string[]): Promise<GraphicsCard> {
  const greet = (answer: GraphicsAnswer): void => line.send(encodeText(JSON.stringify(answer)));
  const reply = (kind: number, content: Uint8Array): void =>
    line.send(new Uint8Array(Uint32Array.of(kind).buffer), content);
  try {
    const { device, card } = await openCard(limits);
    const replay = new Replay(device, reply);
    line.hear(
      (message) => replay.run(message),
      () => device.destroy(),
    );
    // Also when it was destroyed here; then nobody hears it any more.
    void device.lost.then(({ reason, message }) => {
      reply(REPLY.lost, encodeText(message || reason));
      line.end();
    });
    greet({ card });
    return card;
  } catch (error) {
    greet({ problem: (error as Error).message });
    line.end();
    throw error;
  }
}
