/** Draws frames of a few pixels large on a canvas: smoothly, or as squares. */
export class Screen {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #small = document.createElement('canvas');
  readonly #smallContext: CanvasRenderingContext2D;

  constructor(canvas: HTMLCanvasElement) {
    const [context, small] = [canvas.getContext('2d'), this.#small.getContext('2d')];
    if (context === null || small === null) throw new Error('This browser cannot draw on a canvas.');
    this.#canvas = canvas;
    this.#context = context;
    this.#smallContext = small;
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /**
   * @param pixels RGBA, not premultiplied
   * @param opacity of what is drawn over what is there; 1 begins anew
   */
  draw(
    pixels: Uint8ClampedArray<ArrayBuffer>,
    width: number,
    height: number,
    { crisp = false, opacity = 1 } = {},
  ): void {
    if (this.#small.width !== width) this.#small.width = width;
    if (this.#small.height !== height) this.#small.height = height;
    this.#smallContext.putImageData(new ImageData(pixels, width, height), 0, 0);
    if (opacity === 1) this.clear();
    this.#context.globalAlpha = opacity;
    this.#context.imageSmoothingEnabled = !crisp;
    this.#context.imageSmoothingQuality = 'high';
    this.#context.drawImage(this.#small, 0, 0, this.#canvas.width, this.#canvas.height);
    this.#context.globalAlpha = 1;
  }
}
