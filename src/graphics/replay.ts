import { COMMAND, CommandReader, REPLY, encodeText } from '../contract/graphics/commands.ts';

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** GPUMapMode's. */
const MAP_READ = 1;
const LOST_WITHIN_MS = 500;

/** Does on a device what the engine's commands say. */
export class Replay {
  readonly #device: GPUDevice;
  readonly #reply: (kind: number, content: Uint8Array) => void;
  readonly #buffers = new Map<number, GPUBuffer>();
  readonly #pipelines = new Map<number, Pipeline>();
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  /** What Chromium refused first; the next reading tells it. */
  #failure: string | null = null;

  /** @param reply sends the answer to a reading: a {@link REPLY}, and what belongs to it */
  constructor(device: GPUDevice, reply: (kind: number, content: Uint8Array) => void) {
    this.#device = device;
    this.#reply = reply;
    device.addEventListener('uncapturederror', ({ error }) => (this.#failure ??= error.message));
  }

  run(message: Uint8Array): void {
    const reader = new CommandReader(message);
    try {
      while (!reader.done) this.#do(reader);
    } catch (error) {
      this.#failure ??= (error as Error).message;
    }
  }

  #do(from: CommandReader): void {
    const command = from.word();
    switch (command) {
      case COMMAND.createBuffer: {
        const [id, size, usage] = [from.word(), from.word(), from.word()];
        this.#buffers.set(id, this.#device.createBuffer({ size, usage }));
        return;
      }
      case COMMAND.createFilled: {
        const [id, usage, bytes] = [from.word(), from.word(), from.bytes()];
        const buffer = this.#device.createBuffer({ size: bytes.byteLength, usage, mappedAtCreation: true });
        new Uint8Array(buffer.getMappedRange()).set(bytes);
        buffer.unmap();
        this.#buffers.set(id, buffer);
        return;
      }
      case COMMAND.destroyBuffer: {
        const id = from.word();
        this.#buffer(id).destroy();
        this.#buffers.delete(id);
        return;
      }
      case COMMAND.writeBuffer: {
        const [id, offset, bytes] = [from.word(), from.word(), from.bytes()];
        this.#device.queue.writeBuffer(this.#buffer(id), offset, bytes);
        return;
      }
      case COMMAND.createPipeline: {
        const [id, entryPoint, code] = [from.word(), from.text(), from.text()];
        const module = this.#device.createShaderModule({ code });
        const pipeline = this.#device.createComputePipeline({
          compute: { module, entryPoint },
          layout: 'auto',
        });
        this.#pipelines.set(id, { pipeline, layout: pipeline.getBindGroupLayout(0) });
        return;
      }
      case COMMAND.dispatch:
        return this.#dispatch(from);
      case COMMAND.endPass:
        return this.#endPass();
      case COMMAND.copy: {
        const [source, sourceOffset, target, targetOffset, size] = [
          ...[from.word(), from.word(), from.word(), from.word(), from.word()],
        ] as [number, number, number, number, number];
        this.#endPass();
        this.#encoding().copyBufferToBuffer(
          ...([this.#buffer(source), sourceOffset] as const),
          ...([this.#buffer(target), targetOffset, size] as const),
        );
        return;
      }
      case COMMAND.submit: {
        this.#endPass();
        this.#device.queue.submit([this.#encoding().finish()]);
        this.#encoder = null;
        return;
      }
      case COMMAND.read: {
        const [id, size] = [from.word(), from.word()];
        void this.#read(this.#buffer(id), size);
        return;
      }
      default:
        throw new Error(`There is no command ${command}.`);
    }
  }

  #dispatch(from: CommandReader): void {
    const id = from.word();
    const [x, y, z] = [from.word(), from.word(), from.word()];
    const entries: GPUBindGroupEntry[] = Array.from({ length: from.word() }, () => {
      const binding = from.word();
      const [buffer, offset, size] = [this.#buffer(from.word()), from.word(), from.word()];
      return { binding, resource: size === 0 ? { buffer, offset } : { buffer, offset, size } };
    });
    const known = this.#pipelines.get(id);
    if (known === undefined) throw new Error(`There is no pipeline ${id}.`);
    this.#pass ??= this.#encoding().beginComputePass();
    this.#pass.setPipeline(known.pipeline);
    this.#pass.setBindGroup(0, this.#device.createBindGroup({ layout: known.layout, entries }));
    this.#pass.dispatchWorkgroups(x, y, z);
  }

  async #read(buffer: GPUBuffer, size: number): Promise<void> {
    try {
      await buffer.mapAsync(MAP_READ, 0, size);
      const bytes = new Uint8Array(buffer.getMappedRange(0, size)).slice();
      buffer.unmap();
      if (this.#failure === null) this.#reply(REPLY.bytes, bytes);
      else this.#reply(REPLY.failed, encodeText(this.#failure));
    } catch (error) {
      const { lost } = this.#device;
      // A device that is lost refuses this first; who has lost it says so itself.
      if (await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, LOST_WITHIN_MS, null))]))
        return;
      this.#reply(REPLY.failed, encodeText(this.#failure ?? (error as Error).message));
    }
  }

  #buffer(id: number): GPUBuffer {
    const buffer = this.#buffers.get(id);
    if (buffer === undefined) throw new Error(`There is no buffer ${id}.`);
    return buffer;
  }

  #encoding(): GPUCommandEncoder {
    return (this.#encoder ??= this.#device.createCommandEncoder());
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
  }
}
