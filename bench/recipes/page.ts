/** One recipe's training and what came of it. Pictures are data URLs. */
export interface Trial {
  readonly recipe: string;
  readonly steps: number;
  readonly cpuSeconds: number;
  readonly report: {
    readonly heldout: Figures;
    readonly activeUnits: number;
    readonly latentSize: number;
    readonly advice: string;
  };
  /** Unknown pictures, and below each what the model makes of it. */
  readonly reconstructions: string;
  readonly samples: string;
  /** The frames of each. */
  readonly morphs: readonly (readonly string[])[];
}

interface Figures {
  readonly psnr: number;
  readonly ssim: number;
  readonly elbo: number | null;
  readonly rate: number;
  readonly distortion: number;
}

export interface Facts {
  readonly pictures: string;
  readonly known: number;
  readonly unknown: number;
  readonly size: string;
  readonly cpuSeconds: string;
  readonly seed: string;
}

interface Column {
  readonly name: string;
  readonly about: string;
  /** Null where a recipe has none. */
  readonly of: (trial: Trial) => number | null;
  readonly digits: number;
  /** Which end is the better one, where one is. */
  readonly better?: 'higher' | 'lower';
  readonly shown?: (trial: Trial) => string;
}

const COLUMNS: readonly Column[] = [
  {
    name: 'PSNR, dB',
    about: 'how close copies of unknown pictures come, pixel by pixel; 3 dB more is half the error',
    of: ({ report }) => report.heldout.psnr,
    digits: 2,
    better: 'higher',
  },
  {
    name: 'SSIM',
    about: 'how alike they look in structure, up to 1; sharp edges count',
    of: ({ report }) => report.heldout.ssim,
    digits: 3,
    better: 'higher',
  },
  {
    name: 'ELBO, nats',
    about:
      'how likely the model finds unknown pictures, at least: −distortion − rate. To be compared among recipes of one likelihood only: “vae” counts in another unit than “morph”',
    of: ({ report }) => report.heldout.elbo,
    digits: 0,
  },
  {
    name: 'rate, nats',
    about: 'what the latents say of a picture; little is blurry, much is less orderly between pictures',
    of: ({ report: { heldout } }) => (heldout.elbo === null ? null : heldout.rate),
    digits: 1,
  },
  {
    name: 'distortion, nats',
    about: 'what the latents leave unsaid',
    of: ({ report }) => report.heldout.distortion,
    digits: 0,
  },
  {
    name: 'active units',
    about: 'latent directions that say anything, of all there are',
    of: ({ report }) => report.activeUnits,
    digits: 0,
    shown: ({ report }) => `${report.activeUnits} of ${report.latentSize}`,
  },
  { name: 'steps', about: 'how many steps the time was enough for', of: ({ steps }) => steps, digits: 0 },
  { name: 'CPU, s', about: 'measured, start-up aside', of: ({ cpuSeconds }) => cpuSeconds, digits: 0 },
];

const show = (column: Column, trial: Trial): string => {
  const value = column.of(trial);
  return column.shown?.(trial) ?? (value === null ? '–' : value.toFixed(column.digits));
};

/** The best of a column; of none where no end is the better one, or there is nothing to compare. */
function bestOf({ better, of }: Column, trials: readonly Trial[]): number | null {
  const values = trials.flatMap((trial) => of(trial) ?? []);
  if (better === undefined || values.length < 2) return null;
  return better === 'higher' ? Math.max(...values) : Math.min(...values);
}

/** The figures as a Markdown table. */
export function recipesTable(trials: readonly Trial[]): string {
  const rows = [
    ['recipe', ...COLUMNS.map(({ name }) => name)],
    ['---', ...COLUMNS.map(() => '---:')],
    ...trials.map((trial) => [trial.recipe, ...COLUMNS.map((column) => show(column, trial))]),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);

const picture = (src: string, about: string): string =>
  `<figure><img src="${src}" alt="${escaped(about)}"><figcaption>${escaped(about)}</figcaption></figure>`;

const filmStrip = (frames: readonly string[]): string =>
  `<figure class="strip">${frames.map((src) => `<img src="${src}" alt="">`).join('')}<figcaption>From one unknown picture to another, as the model alone draws it</figcaption></figure>`;

function section({ recipe, report, reconstructions, samples, morphs }: Trial): string {
  return `<section><h2>${escaped(recipe)}</h2><p>${escaped(report.advice)}</p><div class="sheets">${[
    picture(reconstructions, 'Unknown pictures, and below each what the model makes of it'),
    picture(samples, 'Samples: pictures that do not exist'),
    ...morphs.map(filmStrip),
  ].join('')}</div></section>`;
}

/** A page of the table and the pictures; it loads nothing. */
export function recipesPage(facts: Facts, trials: readonly Trial[], failed: readonly string[]): string {
  const best = COLUMNS.map((column) => bestOf(column, trials));
  const head = COLUMNS.map(({ name, about }) => `<th title="${escaped(about)}">${escaped(name)}</th>`).join(
    '',
  );
  const body = trials
    .map((trial) => {
      const cells = COLUMNS.map((column, i) => {
        const value = column.of(trial);
        const mark = value !== null && value === best[i] ? ' class="best"' : '';
        return `<td${mark}>${escaped(show(column, trial))}</td>`;
      });
      return `<tr><th scope="row">${escaped(trial.recipe)}</th>${cells.join('')}</tr>`;
    })
    .join('\n');
  const legend = COLUMNS.map(({ name, about }) => `<dt>${escaped(name)}</dt><dd>${escaped(about)}</dd>`).join(
    '',
  );
  const refused = failed
    .map((recipe) => `<p>${escaped(recipe)} could not be trained on these pictures.</p>`)
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Recipes on ${escaped(facts.pictures)}</title>
<style>
  :root { color-scheme: light dark; }
  body { max-width: 1180px; margin: 2rem auto; padding: 0 1.5rem; font: 15px/1.5 system-ui, sans-serif; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { padding: .3rem .8rem; border-bottom: 1px solid #8886; text-align: right; }
  th[scope=row], thead th:first-child { text-align: left; }
  .best { font-weight: 700; color: #c2500f; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: 13px; }
  dd { margin: 0; }
  .sheets { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; align-items: start; }
  figure { margin: 0; }
  figcaption { font-size: 12px; opacity: .75; }
  .strip img { margin-right: 6px; }
  img { max-width: 100%; image-rendering: pixelated; }
</style></head><body>
<h1>Recipes on ${escaped(facts.pictures)}</h1>
<p>${facts.known} pictures learned, ${facts.unknown} others asked for, ${escaped(facts.size)} pixels, ${escaped(facts.cpuSeconds)} CPU seconds of training each, seed ${escaped(facts.seed)}. All figures are of pictures that the model was not shown.</p>
<table><thead><tr><th>recipe</th>${head}</tr></thead><tbody>
${body}
</tbody></table>
<dl>${legend}</dl>
${refused}
${trials.map(section).join('\n')}
</body></html>
`;
}
