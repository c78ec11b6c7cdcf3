import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeArrow } from 'pipewright/arrow';
import { BadInput, defineStage } from 'pipewright/stage';
import { examineClaims, unknownPrimaries } from '../lib/study/claims/examine.ts';
import { findingColumns } from '../lib/study/claims/finding-columns.ts';
import { claimsParams } from '../lib/study/claims/parameters.ts';
import { readEvidence } from '../lib/study/claims/read-evidence.ts';
import { claimsPage } from '../lib/study/claims/report.ts';
import { examineSensitivity } from '../lib/study/claims/sensitivity.ts';
import { sensitivityColumns } from '../lib/study/claims/sensitivity-words.ts';
import { writeDrawings } from '../lib/study/figure/page/drawing.ts';
import { fontVersion } from '../lib/study/figure/page/font.ts';
import { rendererVersions } from '../lib/study/figure/page/render.ts';
import { sensitivityDrawings } from '../lib/study/figure/sensitivity.ts';
import { pointSchema } from '../lib/study/score/axes.ts';

/** Puts the paper's claims to the test. */
export default defineStage({
  params: z.strictObject({ claims: claimsParams }),
  axes: pointSchema,
  inputs: {
    history: 'many',
    scores: 'many',
    alternatives: 'many',
    pairs: 'many',
    oscillation: 'many',
    floor: 'many',
    lateFloor: 'many',
    crossed: 'many',
    sanity: 'many',
  },
  outputs: ['page', 'table', 'sensitivity', 'figures'],
  toolchain: () => Promise.resolve({ font: fontVersion(), ...rendererVersions() }),
  async run({ params, inputs, outputs, provenance }) {
    const evidence = await readEvidence(inputs);
    const findings = examineClaims(evidence.variants, params.claims);
    const [unknown] = unknownPrimaries(findings, params.claims);
    if (unknown)
      throw new BadInput(
        `claims.primary.${unknown.claim}: ${unknown.statistic === null ? 'there is no such claim' : `there is no statistic '${unknown.statistic}'`}; ` +
          `choose one of ${unknown.known.map((name) => `'${name}'`).join(', ')}`,
      );
    const sensitivity = examineSensitivity(evidence.variants, params.claims, findings);
    await writeFile(outputs.page, claimsPage(findings, evidence, sensitivity, params.claims));
    await writeArrow(outputs.table, findingColumns(findings), { metadata: provenance });
    await writeArrow(outputs.sensitivity, sensitivityColumns(sensitivity), { metadata: provenance });
    await writeDrawings(outputs.figures, sensitivityDrawings(sensitivity), provenance);
  },
});
