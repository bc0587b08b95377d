import type { Configuration } from 'electron-builder';

export type Platform = 'linux' | 'darwin' | 'win32';

/** What is built for each system; `dir` is the folder itself, before it is wrapped. */
export const TARGETS = {
  linux: ['dir', 'tar.gz', 'AppImage', 'deb'],
  darwin: ['dir', 'dmg'],
  win32: ['dir', 'nsis'],
} as const satisfies Record<Platform, readonly string[]>;

/** The first Electron that has the fuse for file:// privileges. */
const FILE_FUSE_SINCE = 29;

/**
 * What is burnt into the program: it cannot be run as Node, listens to no NODE_OPTIONS and no debugger, and
 * loads its code from its archive only, whose hash is checked where the system's Electron can.
 */
export function fuses(
  platform: Platform,
  electronVersion: string,
): NonNullable<Configuration['electronFuses']> {
  return {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: platform !== 'linux',
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    ...(Number.parseInt(electronVersion, 10) >= FILE_FUSE_SINCE && {
      grantFileProtocolExtraPrivileges: false,
    }),
    resetAdHocDarwinSignature: platform === 'darwin',
  };
}

export interface Stage {
  /** The staged app: package.json, dist, resources, node_modules; beside it `runtime`, `licences` and `icons`. */
  readonly folder: string;
  /** Where the results go. */
  readonly output: string;
  readonly electronVersion: string;
  /** A folder with that Electron. */
  readonly electronDist: string;
  /** Whether the runtime lies in `runtime`, as everywhere but where tfjs-node's own installer is in charge. */
  readonly hasRuntime: boolean;
}

/** Who a Debian package names, and where they are found; said by whoever publishes. */
export const publisher = (env: NodeJS.ProcessEnv): { maintainer: string; homepage: string } => ({
  maintainer: env['MORPHLOOM_MAINTAINER'] ?? 'Morphloom contributors <contributors@morphloom.invalid>',
  homepage: env['MORPHLOOM_HOMEPAGE'] ?? 'https://morphloom.invalid',
});

/** electron-builder's configuration for a stage; nothing in it reaches for the network. */
export function configuration(stage: Stage, platform: Platform): Configuration {
  const { folder, output, electronVersion, electronDist } = stage;
  return {
    appId: 'studio.morphloom',
    productName: 'Morphloom',
    copyright: 'Copyright © 2026 Morphloom contributors',
    electronVersion,
    electronDist,
    electronFuses: fuses(platform, electronVersion),
    // Everything was staged as it is to be: nothing is looked for, rebuilt or updated.
    npmRebuild: false,
    nodeGypRebuild: false,
    buildDependenciesFromSource: false,
    removePackageScripts: false,
    publish: null,
    directories: { output, buildResources: `${folder}/icons` },
    files: ['**/*', { from: 'node_modules', to: 'node_modules', filter: ['**/*'] }],
    asar: true,
    // Libraries of native code, and a worker's program: neither can be loaded out of an archive.
    asarUnpack: ['node_modules/@img/**', 'node_modules/@tensorflow/tfjs-node/{lib,deps}/**'],
    extraResources: [
      { from: `${folder}/licences`, to: 'licences' },
      ...(stage.hasRuntime ? [{ from: `${folder}/runtime`, to: 'runtime' }] : []),
    ],
    artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
    linux: {
      target: [],
      executableName: 'morphloom',
      icon: `${folder}/icons/linux`,
      category: 'Graphics',
      synopsis: 'An offline studio for latent morphing',
      desktop: { entry: { StartupWMClass: 'Morphloom', Keywords: 'morph;loop;animation;GIF;' } },
    },
    mac: {
      target: [],
      icon: `${folder}/icons/icon.icns`,
      category: 'public.app-category.graphics-design',
      hardenedRuntime: true,
      notarize: false,
      // A project is a folder; on a Mac it opens as one file.
      fileAssociations: [{ ext: 'morphloom', name: 'Morphloom project', role: 'Editor', isPackage: true }],
    },
    dmg: {
      contents: [
        { x: 140, y: 180 },
        { x: 400, y: 180, type: 'link', path: '/Applications' },
      ],
    },
    win: { target: [], icon: `${folder}/icons/icon.ico` },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      deleteAppDataOnUninstall: false,
      differentialPackage: false,
    },
  };
}
