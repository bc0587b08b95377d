import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, float, integer, message, text } from '../../../src/engine/compute/protobuf.ts';

/** What reads the fields of TensorFlow's AttrValue, as another hand wrote it. */
interface AttrValue {
  getI(): number;
  getF(): number;
  getB(): boolean;
  getS_asU8(): Uint8Array;
  getShape(): { getDimList(): { getSize(): number }[] };
}
const require = createRequire(import.meta.url);
const { AttrValue } = require('@tensorflow/tfjs-node/dist/proto/api_pb.js') as {
  AttrValue: { deserializeBinary(bytes: Uint8Array): AttrValue };
};
const read = (field: Uint8Array): AttrValue => AttrValue.deserializeBinary(Uint8Array.from(field));

/** Holds for any value: what is written is what is read. */
function roundTrip<T>(values: fc.Arbitrary<T>, write: (value: T) => Uint8Array, get: (it: AttrValue) => T) {
  fc.assert(
    fc.property(values, (value) => {
      expect(get(read(write(value)))).toEqual(value);
    }),
  );
}

describe('a protocol buffer is read as it was written:', () => {
  it('integers of either sign, up to those that a number holds exactly', () => {
    const edges = fc.constantFrom(0, 1, -1, 127, 128, -128, 2 ** 31, 2 ** 53 - 1, 1 - 2 ** 53);
    roundTrip(
      fc.oneof(edges, fc.maxSafeInteger()),
      (value) => integer(3, value),
      (it) => it.getI(),
    );
  });

  it('booleans and floats', () => {
    roundTrip(
      fc.boolean(),
      (value) => integer(5, value),
      (it) => it.getB(),
    );
    roundTrip(
      fc.float({ noNaN: true }),
      (value) => float(4, value),
      (it) => it.getF(),
    );
  });

  it('bytes, text and messages, of any length', () => {
    roundTrip(
      fc.array(fc.nat(255), { maxLength: 400 }),
      (value) => bytes(2, Uint8Array.from(value)),
      (it) => [...it.getS_asU8()],
    );
    roundTrip(
      fc.string({ unit: 'grapheme' }),
      (value) => text(2, value),
      (it) => Buffer.from(it.getS_asU8()).toString('utf8'),
    );
    roundTrip(
      fc.array(fc.nat(1e6), { maxLength: 60 }),
      (shape) => message(7, shape.map((size) => message(2, [integer(1, size)]))), // prettier-ignore
      (it) => it.getShape().getDimList().map((dimension) => dimension.getSize()), // prettier-ignore
    );
  });
});
