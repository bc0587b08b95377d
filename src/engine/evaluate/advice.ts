import type { LatentFigures, ReconstructionFigures } from './reconstruction.ts';

/** Below this part of the dimensions in use, there is room that nothing needs. */
const FEW_IN_USE = 0.1;

/** What the figures say of the latents' health, in plain words, with a change to try where one would help. */
export function adviseOnLatents(
  { rate, elbo }: ReconstructionFigures,
  { activeUnits, meanVariance }: LatentFigures,
): string {
  const size = meanVariance.length;
  if (elbo === null) {
    return 'This recipe has no posterior: copies are as sharp as can be, but morphs between pictures are not promised.';
  }
  if (activeUnits === 0) {
    return (
      `The latents have collapsed: none of ${size} says anything about a picture (rate ${rate.toFixed(1)} nats). ` +
      'Every reconstruction is the same average. Try a smaller weight on the rate, as in --set schedules.beta.to=0.1.'
    );
  }
  if (activeUnits < size * FEW_IN_USE) {
    return (
      `${activeUnits} of ${size} latent directions are in use (rate ${rate.toFixed(1)} nats). That can be all that these ` +
      'pictures need; if reconstructions look alike, put less weight on the rate, as in --set schedules.beta.to=0.5.'
    );
  }
  return `Healthy: ${activeUnits} of ${size} latent directions are in use (rate ${rate.toFixed(0)} nats a picture).`;
}
