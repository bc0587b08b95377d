import * as fs from 'node:fs/promises';
import { MorphloomError } from '../../../contract/errors.ts';
import { runCommand } from './command.ts';

/** A program with the arguments that always go first. */
export interface Tool {
  readonly file: string;
  readonly args: readonly string[];
}

export interface ToolReport {
  /** A Python 3 that has pip, or null. */
  readonly pip: Tool | null;
  readonly compiler: Tool | null;
}

const PYTHONS: readonly Tool[] = [
  { file: 'python3', args: [] },
  { file: 'python', args: [] },
  { file: 'py', args: ['-3'] },
];

/** Looks for a Python 3 with pip and for a C++ compiler (`CXX` first), by running them. */
export async function findTools(signal?: AbortSignal): Promise<ToolReport> {
  return { pip: await findPip(signal), compiler: await findCompiler(signal) };
}

async function findPip(signal?: AbortSignal): Promise<Tool | null> {
  for (const python of PYTHONS) {
    const result = await runCommand(python.file, [...python.args, '-m', 'pip', '--version'], { signal });
    if (result?.code === 0 && /\(python 3\./.test(result.stdout)) {
      return { file: python.file, args: [...python.args, '-m', 'pip'] };
    }
  }
  return null;
}

async function findCompiler(signal?: AbortSignal): Promise<Tool | null> {
  const [chosen, ...chosenArgs] = (process.env['CXX'] ?? '').split(' ').filter((word) => word !== '');
  const candidates: Tool[] = ['c++', 'g++', 'clang++'].map((file) => ({ file, args: [] }));
  if (chosen !== undefined) candidates.unshift({ file: chosen, args: chosenArgs });
  for (const compiler of candidates) {
    // On a Mac without the command line tools a `c++` exists that only fails, hence the run.
    const result = await runCommand(compiler.file, [...compiler.args, '--version'], { signal });
    if (result?.code === 0) return compiler;
  }
  return null;
}

/** Throws the one sentence that names all that is missing and the command that brings it. */
export async function requireTools(tools: ToolReport, needsPip: boolean): Promise<void> {
  const missing: string[] = [];
  if (needsPip && tools.pip === null) missing.push('Python 3 with pip');
  if (tools.compiler === null) missing.push('a C++ compiler');
  if (missing.length === 0) return;
  throw new MorphloomError(
    'environment',
    `TensorFlow cannot be prepared without ${missing.join(' and ')}: ${await installAdvice()}, and run this again.`,
  );
}

/** How to install the tools on this system: "run `…`". */
export async function installAdvice(): Promise<string> {
  if (process.platform === 'darwin') return 'run `xcode-select --install` (it brings both)';
  if (process.platform === 'win32')
    return 'run `winget install Python.Python.3.12 Microsoft.VisualStudio.2022.BuildTools`';
  const release = await fs.readFile('/etc/os-release', 'utf8').catch(() => '');
  return `run \`${linuxCommand(release)}\``;
}

/** The install command of the Linux distribution that this text of /etc/os-release describes. */
export function linuxCommand(osRelease: string): string {
  const names = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value]) =>
    (value ?? '').split(' '),
  );
  const has = (...families: string[]): boolean => families.some((family) => names.includes(family));
  if (has('fedora', 'rhel', 'centos')) return 'sudo dnf install python3-pip gcc-c++';
  if (has('arch')) return 'sudo pacman -S python-pip gcc';
  if (has('suse', 'opensuse')) return 'sudo zypper install python3-pip gcc-c++';
  return 'sudo apt-get install python3-pip g++';
}
