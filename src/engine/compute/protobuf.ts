/**
 * Writing protocol buffers (protobuf.dev/programming-guides/encoding), as far as TensorFlow's graphs need it.
 * Each function gives the bytes of one field; a message is its fields, one after the other.
 */
const enum Wire {
  varint = 0,
  lengthDelimited = 2,
  fixed32 = 5,
}

function varint(value: number): number[] {
  // A negative number takes its two's complement in 64 bits.
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const tag = (field: number, wire: Wire): number[] => varint((field << 3) | wire);

/** An integer, a value of an enumeration, or a boolean. */
export const integer = (field: number, value: number | boolean): Uint8Array =>
  Uint8Array.from([...tag(field, Wire.varint), ...varint(Number(value))]);

/** A 32-bit floating-point number. */
export const float = (field: number, value: number): Uint8Array => {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value, true);
  return Buffer.concat([Uint8Array.from(tag(field, Wire.fixed32)), new Uint8Array(bytes.buffer)]);
};

export const bytes = (field: number, value: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.from([...tag(field, Wire.lengthDelimited), ...varint(value.byteLength)]), value]);

export const text = (field: number, value: string): Uint8Array => bytes(field, Buffer.from(value, 'utf8'));

/** A message within, by its fields. */
export const message = (field: number, fields: readonly Uint8Array[]): Uint8Array =>
  bytes(field, Buffer.concat(fields));
