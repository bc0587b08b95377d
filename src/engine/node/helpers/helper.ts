/** A program of ours in a process of its own: what it does to its process, or how it dies, is not ours. */
export interface Helper {
  /** Sends by structured clone; lost once the helper has ended. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `how` is half a sentence: "it ended with code 1, saying …". */
  onEnd(listener: (how: string) => void): void;
  /** Ends it at once. */
  end(): void;
}
