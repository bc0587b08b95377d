import * as fs from 'node:fs';

/** Where Linux shows graphics cards to programs: any maker's, NVIDIA's own, and Windows' below WSL. */
const DEVICES = /^(renderD\d+|nvidia\d+|dxg)$/;

/** Whether it is worth asking for a graphics card, which takes a process: on Linux a look into /dev tells. */
export function mayHaveGraphicsCard(platform: string = process.platform, devices = '/dev'): boolean {
  if (platform !== 'linux') return true;
  return [devices, `${devices}/dri`].some((folder) => {
    try {
      return fs.readdirSync(folder).some((name) => DEVICES.test(name));
    } catch {
      return false;
    }
  });
}
