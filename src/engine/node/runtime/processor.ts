import * as fs from 'node:fs';

/** Of x86 with AVX-512 or AMX, and of Arm. */
const FLAGS = ['avx512_bf16', 'amx_bf16', 'bf16'];

/**
 * Whether the processor computes in bfloat16 itself, rather than imitating it; null where it cannot be told.
 * @param file where Linux says what its processors can do
 */
export function hasBfloat16(file = '/proc/cpuinfo'): boolean | null {
  try {
    const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(fs.readFileSync(file, 'utf8'))?.[1].split(' ');
    return flags === undefined ? null : FLAGS.some((flag) => flags.includes(flag));
  } catch {
    return null;
  }
}
