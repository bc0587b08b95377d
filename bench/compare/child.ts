import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as readline from 'node:readline';

/** How long some work took. */
export interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Memory of a process, megabytes. */
export interface Memory {
  readonly peak: number;
  /** Of what is resident now, that which lies in files: code of libraries for the most part. */
  readonly files: number;
}

const WARM_UP_STEPS = 5;
const FEWEST_STEPS = 3;

/** A process that trains and decodes when it is told to. */
export class Contender {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** What it says of itself. */
  about = '';

  private constructor(
    readonly name: string,
    command: readonly string[],
    env: NodeJS.ProcessEnv,
  ) {
    const [program, ...args] = command;
    this.#process = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env, ...env },
    });
    this.#lines = readline.createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** Starts it and waits until it can be told what to do. */
  static async start(
    name: string,
    command: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<Contender> {
    const contender = new Contender(name, command, env);
    contender.about = (await contender.#answer<{ about: string }>()).about;
    return contender;
  }

  async #answer<T>(): Promise<T> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`"${this.name}" ended; what it said last stands above.`);
    return JSON.parse(next.value) as T;
  }

  async #tell(line: string): Promise<Spent> {
    this.#process.stdin!.write(`${line}\n`);
    return this.#answer<Spent>();
  }

  train(steps: number): Promise<Spent> {
    return this.#tell(`train ${steps}`);
  }

  /** Trains until it is as fast as it gets, and tells how many steps take about so many seconds. */
  async stepsIn(seconds: number): Promise<number> {
    await this.train(WARM_UP_STEPS);
    const tried = await this.train(WARM_UP_STEPS);
    return Math.max(FEWEST_STEPS, Math.round((seconds * WARM_UP_STEPS) / tried.seconds));
  }

  /** Decodes so many pictures at once, so many times. */
  decode(count: number, times: number): Promise<Spent> {
    return this.#tell(`decode ${count} ${times}`);
  }

  /** The same by a second way, which only some have. */
  decodeOtherwise(count: number, times: number): Promise<Spent> {
    return this.#tell(`otherwise ${count} ${times}`);
  }

  /** Null where the system does not tell. */
  memory(): Memory | null {
    const file = `/proc/${this.#process.pid}/status`;
    if (!fs.existsSync(file)) return null;
    const status = fs.readFileSync(file, 'utf8');
    const megabytes = (key: string): number =>
      Number(new RegExp(`^${key}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
    return { peak: megabytes('VmHWM'), files: megabytes('RssFile') };
  }

  /** Ends it; when the promise resolves it is gone and writes nothing any more. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }
}

/** What a contender in Node does when it is told to. */
export interface Abilities {
  train(steps: number): void | Promise<void>;
  decode(count: number, times: number): void;
  otherwise?(count: number, times: number): void;
}

/** The other end: says what it is, then does what it is told, a line at a time, and answers with the time it took. */
export async function serve(about: string, abilities: Abilities): Promise<void> {
  process.stdout.write(`${JSON.stringify({ about })}\n`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [what, ...numbers] = line.split(' ');
    const [first, second] = numbers.map(Number);
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    if (what === 'train') await abilities.train(first);
    else if (what === 'decode') abilities.decode(first, second);
    else abilities.otherwise?.(first, second);
    const { user, system } = process.cpuUsage(cpu);
    const spent: Spent = {
      seconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
    };
    process.stdout.write(`${JSON.stringify(spent)}\n`);
  }
}
