import { COMMAND, CommandWriter } from '../../contract/graphics/commands.ts';
import type { GpuBuffer, GpuDevice } from './webgpu.ts';
import type { WindowLine } from './window-line.ts';

interface BufferDescriptor {
  readonly size: number;
  readonly usage: number;
  readonly mappedAtCreation?: boolean;
}

interface PipelineDescriptor {
  readonly compute: { readonly module: { readonly code: string }; readonly entryPoint: string };
}

interface Pipeline {
  readonly id: number;
  getBindGroupLayout(index: 0): object;
}

interface Binding {
  readonly buffer: WindowBuffer;
  readonly offset?: number;
  readonly size?: number;
}

interface BindGroup {
  readonly entries: readonly { readonly binding: number; readonly resource: Binding }[];
}

/** A buffer on the card, as tfjs handles it. Only one that is made with its content can be written here. */
export class WindowBuffer implements GpuBuffer {
  mapState: 'unmapped' | 'mapped';
  #content: ArrayBuffer | null;
  readonly #out: CommandWriter;

  constructor(
    out: CommandWriter,
    readonly id: number,
    readonly size: number,
    readonly usage: number,
    mapped: boolean,
  ) {
    this.#out = out;
    this.mapState = mapped ? 'mapped' : 'unmapped';
    this.#content = mapped ? new ArrayBuffer(size) : null;
    if (!mapped) out.words(COMMAND.createBuffer, id, size, usage);
  }

  getMappedRange(): ArrayBuffer {
    if (this.#content === null) throw new Error('This buffer is not mapped.');
    return this.#content;
  }

  unmap(): void {
    if (this.#content === null) return;
    this.#out.words(COMMAND.createFilled, this.id, this.usage);
    this.#out.bytes(new Uint8Array(this.#content));
    this.#content = null;
    this.mapState = 'unmapped';
  }

  destroy(): void {
    this.unmap();
    this.#out.words(COMMAND.destroyBuffer, this.id);
  }
}

/**
 * A device of the hidden window's, with as much of WebGPU's shape as tfjs uses: what it is told goes there as commands,
 * a submission at a time, and is done in the same order.
 */
export class WindowDevice implements GpuDevice {
  /** None: what tfjs would use one for is timing single kernels. */
  readonly features: ReadonlySet<string> = new Set();
  readonly queue = {
    writeBuffer: (buffer: WindowBuffer, offset: number, data: ArrayBuffer, from = 0, size?: number): void => {
      this.#out.words(COMMAND.writeBuffer, buffer.id, offset);
      this.#out.bytes(new Uint8Array(data, from, size));
    },
    submit: (): void => {
      this.#out.words(COMMAND.submit);
      this.#line.send(this.#out.take());
    },
  };
  readonly #out = new CommandWriter();
  readonly #line: WindowLine;
  #ids = 0;

  constructor(
    line: WindowLine,
    readonly limits: Readonly<Record<string, number>>,
  ) {
    this.#line = line;
  }

  /** What is refused is told by the next reading. */
  addEventListener(): void {
    return;
  }

  createBuffer({ size, usage, mappedAtCreation }: BufferDescriptor): WindowBuffer {
    return new WindowBuffer(this.#out, ++this.#ids, size, usage, mappedAtCreation === true);
  }

  createShaderModule({ code }: { readonly code: string }): { readonly code: string } {
    return { code };
  }

  createComputePipeline({ compute: { module, entryPoint } }: PipelineDescriptor): Pipeline {
    const id = ++this.#ids;
    this.#out.words(COMMAND.createPipeline, id);
    this.#out.text(entryPoint);
    this.#out.text(module.code);
    return { id, getBindGroupLayout: () => ({}) };
  }

  createBindGroup({ entries }: BindGroup): BindGroup {
    return { entries };
  }

  /** One at a time: what it is told is done when it is submitted. */
  createCommandEncoder(): object {
    return {
      beginComputePass: () => this.#beginPass(),
      copyBufferToBuffer: (
        ...[from, fromOffset, to, toOffset, size]: [WindowBuffer, number, WindowBuffer, number, number]
      ) => this.#out.words(COMMAND.copy, from.id, fromOffset, to.id, toOffset, size),
      finish: () => null,
    };
  }

  /** Waits for what is in a buffer for reading. */
  read(buffer: WindowBuffer): ArrayBuffer {
    this.#out.words(COMMAND.read, buffer.id, buffer.size);
    return this.#line.ask(this.#out.take(), buffer.size);
  }

  #beginPass(): object {
    let pipeline = 0;
    let bindings: BindGroup['entries'] = [];
    return {
      setPipeline: ({ id }: Pipeline) => void (pipeline = id),
      setBindGroup: (_index: 0, { entries }: BindGroup) => void (bindings = entries),
      dispatchWorkgroups: (x: number, y = 1, z = 1) => {
        this.#out.words(COMMAND.dispatch, pipeline, x, y, z, bindings.length);
        for (const { binding, resource } of bindings)
          this.#out.words(binding, resource.buffer.id, resource.offset ?? 0, resource.size ?? 0);
      },
      end: () => this.#out.words(COMMAND.endPass),
    };
  }
}
