import type { OnProgress } from '../../contract/progress.ts';
import type { Checked, Method, Output } from '../../contract/studio/api.ts';
import type { BackendName } from '../compute/select.ts';

/** One window that is connected. Who writes, and whose previews are whose, goes by it. */
export interface Client {
  readonly id: number;
}

/** What a handler is given beside its input. */
export interface Call {
  readonly client: Client;
  /** Aborted when the client gives the call up, or is gone. */
  readonly signal: AbortSignal;
  /** Tells the client how far a question that takes long has come. */
  readonly onProgress: OnProgress;
}

export type Handler<M extends Method> = (input: Checked<M>, call: Call) => Promise<Output<M>> | Output<M>;

/** A handler for each procedure of the contract. */
export type Handlers = { readonly [M in Method]: Handler<M> };

export interface StudioOptions {
  /** Where new projects go unless another place is chosen. Made when it is needed. */
  readonly projectsFolder: string;
  /** What the engine itself remembers: its jobs, and the projects opened last. */
  readonly stateFolder: string;
  /** Gets every sentence for whoever looks after the machine, and each defect with its stack. */
  readonly log: (line: string) => void;
  /** Take this backend or fail; without it the best that works. */
  readonly backend?: BackendName | undefined;
  readonly gpu?: boolean | undefined;
}
