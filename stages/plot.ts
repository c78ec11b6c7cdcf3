import { z } from 'zod';
import { defineStage } from '../lib/stage/define.ts';
import { figureDrawings } from '../lib/study/figure/all-drawings.ts';
import { writeDrawing } from '../lib/study/figure/drawing.ts';
import { fontVersion } from '../lib/study/figure/font.ts';
import { plotParams } from '../lib/study/figure/parameters.ts';
import { rendererVersions } from '../lib/study/figure/render.ts';

/** Draws every figure into one folder: each as SVG, as PNG, and as the table behind it. */
export default defineStage({
  params: z.strictObject({ plot: plotParams }),
  axes: z.looseObject({}),
  inputs: {
    history: 'many',
    scores: 'many',
    floor: 'many',
    images: 'many',
    reference: 'many',
    maps: 'many',
  },
  outputs: ['figures'],
  toolchain: () => Promise.resolve({ font: fontVersion(), ...rendererVersions() }),
  async run(task) {
    const { params, inputs, outputs, provenance, signal } = task;
    let drawn = 0;
    for await (const drawing of figureDrawings(inputs, params.plot)) {
      signal.throwIfAborted();
      await writeDrawing(outputs.figures, drawing, provenance);
      drawn += 1;
      task.log(drawing.name);
    }
    task.log(`${drawn} figures`);
  },
});
