import { existsSync } from 'node:fs';
import { mayHaveGraphicsCard } from '../../../src/engine/compute/graphics-card.ts';
import { findAdapter } from '../../../src/engine/compute/trial-helper.ts';

/** Debian's chromium brings a Vulkan that the processor computes. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** What lets a process find that one, where there is no card that would be found without. */
export const SOFTWARE_VULKAN: Readonly<Record<string, string>> =
  !mayHaveGraphicsCard() && existsSync(SWIFTSHADER) ? { VK_ICD_FILENAMES: SWIFTSHADER } : {};

/** Readies this process to compute by WebGPU. @returns why it cannot, where it cannot */
export async function whyNoWebgpu(): Promise<string | null> {
  Object.assign(process.env, SOFTWARE_VULKAN);
  const found = await findAdapter();
  return typeof found === 'string' ? found : null;
}
