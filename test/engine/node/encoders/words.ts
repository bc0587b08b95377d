import { createHash } from 'node:crypto';
import { sheet } from '../../../../src/engine/node/encoders/compose.ts';

/** A process that prints the hash of a sheet with words in several scripts, and how many pixels they cover. */
const data = new Uint8Array(8 * 8 * 3).fill(200);
void sheet({
  rows: [[{ width: 8, height: 8, channels: 3, data }]],
  title: 'Zâmbet, улыбка, χαμόγελο 12.5 dB 😀',
  rowLabels: ['Original'],
  background: '#000000',
}).then((page) => {
  const hash = createHash('sha256').update(page.data).digest('hex');
  process.stdout.write(`${hash} ${page.data.reduce((count, value) => count + (value > 0 ? 1 : 0), 0)}`);
});
