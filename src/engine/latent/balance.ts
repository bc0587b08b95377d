const ROUNDS = 200;
const CLOSE = 1e-4;
/** With fewer pictures than these in effect on a side, what is learned is those pictures. */
const LEAST_EFFECTIVE = 2;

/**
 * How much each picture is to count so that others are equally frequent among those that have an attribute and
 * those that have not: each other comes to the mean of its two frequencies. Found by iterative proportional
 * fitting (Deming & Stephan 1940), which moves the shares as little as can be. Undecided pictures count 1.
 * @param has which pictures have the attribute; null: undecided
 * @param others for each other, which pictures have it
 * @returns shares, 1 on average on each side
 * @throws RangeError where a side has all, or none, of an other that the other side does not
 */
export function balancingShares(
  has: readonly (boolean | null)[],
  others: readonly (readonly boolean[])[],
): number[] {
  const shares = has.map(() => 1);
  const sides = [true, false].map((side) => has.flatMap((yes, n) => (yes === side ? [n] : [])));
  const frequency = (side: readonly number[], other: readonly boolean[]): number => {
    let [all, those] = [0, 0];
    for (const n of side) {
      all += shares[n];
      if (other[n]) those += shares[n];
    }
    return those / all;
  };
  const aims = others.map((other) => (frequency(sides[0], other) + frequency(sides[1], other)) / 2);
  for (const side of sides) {
    for (let round = 0; round < ROUNDS; round++) {
      let farthest = 0;
      others.forEach((other, o) => {
        const now = frequency(side, other);
        farthest = Math.max(farthest, Math.abs(now - aims[o]));
        if (now === aims[o]) return;
        if (now <= 0 || now >= 1) throw new RangeError('A side has all or none of it.');
        for (const n of side) shares[n] *= other[n] ? aims[o] / now : (1 - aims[o]) / (1 - now);
      });
      if (farthest < CLOSE) break;
      if (round === ROUNDS - 1) throw new RangeError('They cannot be made equally frequent.');
    }
    const sum = side.reduce((total, n) => total + shares[n], 0);
    const squares = side.reduce((total, n) => total + shares[n] ** 2, 0);
    if (sum ** 2 / squares < Math.min(LEAST_EFFECTIVE, side.length)) {
      throw new RangeError('Hardly a picture is left that counts.');
    }
    for (const n of side) shares[n] *= side.length / sum;
  }
  return shares;
}
