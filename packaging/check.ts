import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Packager, Platform as BuilderPlatform } from 'electron-builder';
import { appManifest } from './contents.ts';
import { configuration, TARGETS, type Platform } from './configuration.ts';
import { drawIcons } from './icons.ts';

/**
 * The dry run: each system's configuration by electron-builder's own schema, and the files that it names. It
 * needs no Electron, and builds nothing.
 * @returns a line for each system
 */
export async function checkConfigurations(root: string, stage: string): Promise<string[]> {
  await drawIcons(path.join(root, 'resources', 'icons', 'morphloom.svg'), path.join(stage, 'icons'));
  const app = path.join(stage, 'app');
  await fs.mkdir(app, { recursive: true });
  await fs.writeFile(path.join(app, 'package.json'), JSON.stringify(await appManifest(root)));
  const lines: string[] = [];
  for (const platform of Object.keys(TARGETS) as Platform[]) {
    const config = configuration(
      { folder: stage, output: stage, electronVersion: '45.0.0', electronDist: stage, hasRuntime: true },
      platform,
    );
    const targets = BuilderPlatform.fromString(platform).createTarget([...TARGETS[platform]]);
    await new Packager({ targets, config, projectDir: app }).validateConfig();
    const icons = [config.linux?.icon, config.mac?.icon, config.win?.icon];
    for (const icon of icons) if (typeof icon === 'string') await fs.access(icon);
    lines.push(`${platform}: ${TARGETS[platform].join(', ')}: the configuration is valid`);
  }
  return lines;
}
