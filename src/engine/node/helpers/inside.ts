import { parentPort, type HelperPort } from './parent-port.ts';

/**
 * Makes this process a helper: `hear` gets what its owner sends, one message after the other, and the process
 * ends with its owner.
 * @returns what sends a message to the owner
 */
export function beHelper<ToHelper, FromHelper>(
  hear: (message: ToHelper) => Promise<void> | void,
): (message: FromHelper) => void {
  let last: Promise<void> = Promise.resolve();
  const queue = (message: unknown): void => {
    last = last.then(() => hear(message as ToHelper));
  };
  const main = parentPort();
  if (main === undefined) {
    process.on('message', queue);
    process.on('disconnect', () => process.exit(0));
    return (message) => void process.send?.(message);
  }
  let line: HelperPort | undefined;
  main.on('message', ({ ports: [port] }) => {
    if (port === undefined) return;
    line = port;
    port.on('message', ({ data }) => queue(data));
    port.on('close', () => process.exit(0));
    port.start();
  });
  return (message) => line?.postMessage(message);
}
