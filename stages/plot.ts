import { z } from 'zod';
import { defineStage } from 'pipewright/stage';
import { figureDrawings } from '../lib/study/figure/all-drawings.ts';
import { writeDrawings } from '../lib/study/figure/page/drawing.ts';
import { fontVersion } from '../lib/study/figure/page/font.ts';
import { plotParams } from '../lib/study/figure/parameters.ts';
import { rendererVersions } from '../lib/study/figure/page/render.ts';
import { placeOf } from '../lib/study/figure/run.ts';
import { pointSchema } from '../lib/study/score/axes.ts';

/** Draws every figure into one folder: each as SVG, as PNG, and as the table behind it. */
export default defineStage({
  params: z.strictObject({ plot: plotParams }),
  axes: pointSchema,
  inputs: {
    history: 'many',
    scores: 'many',
    floor: 'many',
    late: 'many',
    pairs: 'many',
    images: 'many',
    reference: 'many',
    maps: 'many',
    areas: 'many',
    sanity: 'many',
  },
  outputs: ['figures'],
  toolchain: () => Promise.resolve({ font: fontVersion(), ...rendererVersions() }),
  async run(task) {
    const { params, axes, inputs, outputs, provenance, signal } = task;
    let drawn = 0;
    const drawings = figureDrawings(inputs, { ...params.plot, setting: placeOf(axes).variant.label });
    await writeDrawings(outputs.figures, drawings, provenance, ({ name }) => {
      signal.throwIfAborted();
      drawn += 1;
      task.log(name);
    });
    task.log(`${drawn} figures`);
  },
});
