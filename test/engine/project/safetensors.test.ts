import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MorphloomError } from '../../../src/contract/errors.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedArrays,
} from '../../../src/engine/project/safetensors.ts';

const arrays: fc.Arbitrary<NamedArrays> = fc
  .uniqueArray(
    fc.record({
      name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__'),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  )
  .chain((specs) =>
    fc
      .tuple(
        ...specs.map(({ shape }) => {
          const size = shape.reduce((a, b) => a * b, 1);
          return fc.float32Array({ minLength: size, maxLength: size });
        }),
      )
      .map((values) => new Map(specs.map(({ name, shape }, i) => [name, { shape, values: values[i] }]))),
  );

const bytesOf = ({ values }: { values: Float32Array }): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength);

function expectSame(actual: NamedArrays, expected: NamedArrays): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, array] of expected) {
    expect(actual.get(name)?.shape).toEqual(array.shape);
    // By bytes: a NaN is the same NaN, and −0 is not 0.
    expect(bytesOf(actual.get(name) ?? expect.fail()).equals(bytesOf(array))).toBe(true);
  }
}

/** A file with this header, whatever it says, and so many bytes of data. */
function fileWith(header: unknown, dataBytes = 16): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const f32 = (shape: unknown, data_offsets: unknown): unknown => ({ dtype: 'F32', shape, data_offsets });

function refusal(file: Uint8Array): string {
  const began = performance.now();
  try {
    decodeSafetensors(file, 'weights.safetensors');
  } catch (error) {
    expect(performance.now() - began).toBeLessThan(1000);
    expect(error).toBeInstanceOf(MorphloomError);
    expect(error).toMatchObject({ code: 'corrupt' });
    expect((error as Error).message).toMatch(/^"weights\.safetensors" is damaged: .*\.$/);
    return (error as Error).message;
  }
  return expect.fail('It was read.');
}

describe('a safetensors file', () => {
  it('holds what was put in, bit for bit', () => {
    fc.assert(
      fc.property(arrays, fc.dictionary(fc.string(), fc.string()), (given, metadata) => {
        const read = decodeSafetensors(encodeSafetensors(given, metadata), 'x');
        expectSame(read.arrays, given);
        expect({ ...read.metadata }).toEqual({ ...metadata });
      }),
    );
  });

  it('is read the same from a Buffer that lies at any offset in a larger one', () => {
    fc.assert(
      fc.property(arrays, fc.integer({ min: 0, max: 9 }), (given, offset) => {
        const file = encodeSafetensors(given);
        const pool = Buffer.alloc(file.length + 20, 0xa5);
        pool.set(file, offset);
        const read = decodeSafetensors(pool.subarray(offset, offset + file.length), 'x').arrays;
        // What was read is its own copy, and changes no longer with the pool.
        pool.fill(0);
        expectSame(read, given);
      }),
    );
  });

  it('begins its data at a multiple of eight bytes, as other readers expect', () => {
    fc.assert(
      fc.property(arrays, (given) => {
        const file = encodeSafetensors(given);
        const header = Number(new DataView(file.buffer).getBigUint64(0, true));
        expect((8 + header) % 8).toBe(0);
        let values = 0;
        for (const array of given.values()) values += array.values.byteLength;
        expect(file.length).toBe(8 + header + values);
      }),
    );
  });
});

describe('a file that is damaged, or made to do harm', () => {
  const header = (entry: unknown): Record<string, unknown> => ({ w: entry });

  it.each<[string, Uint8Array]>([
    ['nothing at all', new Uint8Array(0)],
    ['seven bytes', new Uint8Array(7)],
    ['a header said to be endless', new Uint8Array(64).fill(0xff)],
    ['a header longer than the file', fileWith('{}').subarray(0, 9)],
    ['a header that is not JSON', fileWith('{"w":')],
    [
      'a header that is not UTF-8',
      Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([0xff, 0xfe])]),
    ],
    ['a header that is null', fileWith(null)],
    ['a header that is a number', fileWith(7)],
    ['a header that is a list', fileWith([f32([4], [0, 16])])],
    ['a header that is a text', fileWith('"wwww"')],
    ['an entry that is null', fileWith(header(null))],
    ['another type', fileWith(header({ dtype: 'F64', shape: [2], data_offsets: [0, 16] }))],
    ['no type', fileWith(header({ shape: [4], data_offsets: [0, 16] }))],
    ['no shape', fileWith(header({ dtype: 'F32', data_offsets: [0, 16] }))],
    ['no offsets', fileWith(header({ dtype: 'F32', shape: [4] }))],
    ['a shape of texts', fileWith(header(f32(['4'], [0, 16])))],
    ['a negative side', fileWith(header(f32([-2, -2], [0, 16])))],
    ['a broken side', fileWith(header(f32([1.5], [0, 6])))],
    ['a shape too large to count', fileWith(header(f32([2 ** 30, 2 ** 30, 2 ** 30], [0, 16])))],
    ['a shape whose bytes overflow', fileWith(header(f32([2 ** 52], [0, 2 ** 54])))],
    ['a shape larger than its data', fileWith(header(f32([5], [0, 16])))],
    ['a shape smaller than its data', fileWith(header(f32([3], [0, 16])))],
    ['negative offsets', fileWith(header(f32([4], [-16, 0])))],
    ['offsets in reverse', fileWith(header(f32([4], [16, 0])))],
    ['offsets beyond the file', fileWith(header(f32([4], [16, 32])))],
    ['offsets that are not whole', fileWith(header(f32([1], [0.5, 4.5])))],
    ['three offsets', fileWith(header(f32([4], [0, 16, 32])))],
    ['arrays that overlap', fileWith({ a: f32([4], [0, 16]), b: f32([4], [0, 16]) })],
    ['arrays that overlap in part', fileWith({ a: f32([3], [0, 12]), b: f32([2], [8, 16]) })],
    ['a gap between arrays', fileWith({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12)],
    ['data that no array has', fileWith(header(f32([4], [0, 16])), 20)],
    ['metadata that are no texts', fileWith({ __metadata__: { format: 3 }, w: f32([4], [0, 16]) })],
    ['metadata that are null', fileWith({ __metadata__: null, w: f32([4], [0, 16]) })],
  ])('%s is refused at once', (_, file) => {
    refusal(file);
  });

  it('whose many arrays all lie on the same megabyte, is not given their sum in memory', () => {
    const entries = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, i) => [`w${i}`, f32([262_144], [0, 1_048_576])]),
    );
    refusal(fileWith(entries, 1_048_576));
  });

  it('cut short anywhere, is refused', () => {
    const file = encodeSafetensors(new Map([['w', { shape: [2, 3], values: new Float32Array(6).fill(1) }]]));
    for (let length = 0; length < file.length; length++) refusal(file.subarray(0, length));
  });

  it('with any byte changed, is read or refused, and never anything else', () => {
    const file = encodeSafetensors(new Map([['w', { shape: [2, 3], values: new Float32Array(6) }]]), {
      a: 'b',
    });
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = file.slice();
        changed[at] = byte;
        try {
          decodeSafetensors(changed, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(MorphloomError);
        }
      }),
      { numRuns: 400 },
    );
  });
});
