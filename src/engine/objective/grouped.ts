import * as tf from '@tensorflow/tfjs-core';
import { cutColumns } from '../model/ops.ts';
import { meanDistortion, type Bound } from './bound.ts';
import { klPerDimension } from './rate.ts';

/** One after the other: a compiled addN adds up in another order. */
const total = (parts: readonly tf.Scalar[]): tf.Scalar =>
  parts.slice(1).reduce((sum, part) => tf.add<tf.Scalar>(sum, part), parts[0]);

/**
 * The negative evidence lower bound with the rate told by groups of latents, `rate/1` for the first: distortion +
 * β · Σ max(floor, rate of a group). With a floor of 0 it is the bound itself; above it a group may say so much at no
 * cost, so that it does not fall silent (Kingma et al. 2016, arXiv 1606.04934, eq. 15, by groups). The rates of
 * lower groups are those given what was drawn of the upper ones.
 */
export function groupedElbo(floor: number): Bound {
  return (state) => {
    if (state.posterior === null) throw new TypeError('Rates by groups need a posterior.');
    const { groups, scheduled } = state;
    const distortion = meanDistortion(state);
    const parts = cutColumns(klPerDimension(state.posterior), groups);
    const rates = parts.map((part) => tf.mean<tf.Scalar>(tf.sum(part, 1)));
    const paid = floor === 0 ? rates : rates.map((rate) => tf.maximum<tf.Scalar>(rate, floor));
    const loss = tf.add<tf.Scalar>(distortion, tf.mul(scheduled['beta'], total(paid)));
    const byGroup = Object.fromEntries(rates.map((rate, g) => [`rate/${g + 1}`, rate]));
    return { loss, terms: { distortion, rate: total(rates), ...byGroup } };
  };
}
