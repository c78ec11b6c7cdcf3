import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeArrow } from 'pipewright/arrow';
import { defineStage } from 'pipewright/stage';
import { examineClaims } from '../lib/study/claims/claims.ts';
import { claimsParams } from '../lib/study/claims/parameters.ts';
import { readEvidence } from '../lib/study/claims/read-evidence.ts';
import { claimsPage, findingColumns } from '../lib/study/claims/report.ts';
import { pointSchema } from '../lib/study/score/axes.ts';

/** Puts the paper's claims to the test. */
export default defineStage({
  params: z.strictObject({ claims: claimsParams }),
  axes: pointSchema,
  inputs: { history: 'many', scores: 'many', floor: 'many', sanity: 'many' },
  outputs: ['page', 'table'],
  async run({ params, inputs, outputs, provenance }) {
    const evidence = await readEvidence(inputs);
    const findings = examineClaims(evidence.variants, params.claims);
    await writeFile(outputs.page, claimsPage(findings, evidence, params.claims));
    await writeArrow(outputs.table, findingColumns(findings), { metadata: provenance });
  },
});
