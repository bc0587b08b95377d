import type { GraphicsCard } from '../contract/graphics/messages.ts';

export interface Opened {
  readonly device: GPUDevice;
  readonly card: GraphicsCard;
}

/** The fastest adapter, as it describes itself. Throws a sentence where there is none. */
async function findCard(
  limits: readonly string[],
): Promise<{ readonly adapter: GPUAdapter; readonly card: GraphicsCard }> {
  // Where Chromium was told to do without WebGPU it is not there, whatever its types say.
  const gpu = navigator.gpu as GPU | undefined;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter)
    throw new Error(
      'WebGPU finds no graphics card that it can use here: install the graphics driver of its maker, or ask for no backend.',
    );
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const values = adapter.limits as unknown as Readonly<Record<string, number>>;
  return {
    adapter,
    card: {
      ...{ vendor, architecture, device, description, isFallbackAdapter },
      chromium: process.versions['chrome'] ?? '',
      limits: Object.fromEntries(limits.map((name) => [name, values[name] ?? 0])),
    },
  };
}

export const describeCard = async (limits: readonly string[]): Promise<GraphicsCard> =>
  (await findCard(limits)).card;

/** A device with these limits as high as its adapter has them. */
export async function openCard(limits: readonly string[]): Promise<Opened> {
  const { adapter, card } = await findCard(limits);
  return { card, device: await adapter.requestDevice({ requiredLimits: { ...card.limits } }) };
}
